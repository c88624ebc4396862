# The client's role of the handshake with our own server, by records and message by message.
CLIENT_WORLD_SRC := tests/unit/control/client_world.c tests/unit/control/cert/pki.c $(HS_LIB_SRC) $(CP_PKA_SOFT_SRC) $(CP_HS_SRC) $(CP_COMMON_SRC)
$(eval $(call unit_test,control/client,tests/unit/control/test_client.c $(CLIENT_WORLD_SRC),,-lcrypto -lz))
$(eval $(call unit_test,control/client_wire,tests/unit/control/test_client_wire.c $(CLIENT_WORLD_SRC),,-lcrypto -lz))
