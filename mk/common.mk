# common/: what both processes share.
COMMON_SRCS := common/rd.c common/wr.c common/tls.c common/ipc.c common/chan.c common/log.c

$(eval $(call unit_test,common_rd_wr,tests/unit/common/test_rd_wr.c common/rd.c common/wr.c))
$(eval $(call unit_test,common_ct,tests/unit/common/test_ct.c))
$(eval $(call unit_test,common_chan,tests/unit/common/test_chan.c common/chan.c,,-lpthread))
$(eval $(call unit_test,common_ipc,tests/unit/common/test_ipc.c common/ipc.c common/tls.c))
