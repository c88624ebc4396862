# net/, tcp/ and port/: sources for the dataplane's link, their tests and fuzzers.
NET_SRCS := $(addprefix dataplane/net/,net.c net_in.c net_out.c neigh.c arp.c icmp.c nd.c)
TCP_SRCS := $(addprefix dataplane/tcp/,tcp_ack.c tcp_cc.c tcp_cookie.c tcp_input.c tcp_mem.c tcp_names.c tcp_open.c tcp_opts.c tcp_output.c tcp_rxq.c \
	tcp_sack.c tcp_stack.c tcp_table.c tcp_timer.c tcp_txq.c tcp_user.c tcp_wheel.c tcp_xmit.c)
PORT_SRCS := $(addprefix dataplane/port/,port.c port_dist.c port_rss.c)

# $(call net_test,name,sources,level): a cmocka program on the packet fixture
net_test = $(eval $(call unit_test,$(1),$(2) tests/packet/pkt_env.c $(NET_SRCS) $(TCP_SRCS),$$(DPDK_CFLAGS),$$(DPDK_LIBS),$(3)))

$(call net_test,test_tcp_link,tests/packet/test_tcp_link.c,packet)
$(call net_test,test_tcp_states,tests/packet/test_tcp_states.c tests/packet/pkt_script.c,packet)
$(call net_test,test_tcp_recv,tests/packet/test_tcp_recv.c tests/packet/pkt_script.c,packet)
$(call net_test,test_tcp_data,tests/packet/test_tcp_data.c tests/packet/pkt_script.c,packet)
$(call net_test,test_tcp_mem,tests/packet/test_tcp_mem.c tests/packet/pkt_script.c,packet)

# A host on a real port, against the kernel's TCP in a namespace. Optimised and sanitised like the unit tests.
$(eval $(call program,$(BUILD)/test/echo_host,asan,tests/packet/echo_host.c $(NET_SRCS) $(TCP_SRCS) $(PORT_SRCS),$$(DPDK_CFLAGS),$$(DPDK_LIBS)))
TEST_DEPS += $(BUILD)/test/echo_host
TESTS += packet|tcp_kernel_mtu1500|$(PYTHON) tests/packet/kernel_peer.py $(BUILD)/test/echo_host
TESTS += packet|tcp_kernel_mtu9000|$(PYTHON) tests/packet/kernel_peer.py --mtu 9000 $(BUILD)/test/echo_host
TESTS += packet|tcp_kernel_ipv6|$(PYTHON) tests/packet/kernel_peer.py -6 $(BUILD)/test/echo_host

$(eval $(call fuzz_target,fuzz_tcp_input,tests/fuzz/fuzz_tcp_input.c $(NET_SRCS) $(TCP_SRCS),$$(DPDK_CFLAGS),$$(DPDK_LIBS)))

$(call net_test,test_net,tests/unit/dataplane/net/test_net.c,unit)
$(call net_test,test_tcp_core,tests/unit/dataplane/tcp/test_tcp_core.c,unit)
$(call net_test,test_port,tests/unit/dataplane/port/test_port.c $(PORT_SRCS),unit)
