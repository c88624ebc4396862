# End-to-end tests: real packets, unmodified clients and servers, both engines.
E2E_PYTEST := $(PYTHON) -m pytest -q -p no:cacheprovider tests/e2e
TESTS += $(foreach f,faults scanners bad_input bulk device_faults handshake keys_card keylog ports,e2e|e2e_$(f)|$(E2E_PYTEST)/test_$(f).py)
# what is the same on every engine
TESTS += $(foreach f,records half_open tickets identity ocsp renegotiation table_d control_killed,e2e|e2e_$(f)|$(E2E_PYTEST)/test_$(f).py)
