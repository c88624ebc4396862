# `make demo` does the set-up first, so that it works on a fresh machine.
.PHONY: demo
demo: deps ## curl through the appliance to nginx, all cryptography on the simulated card
	$(Q)$(MAKE) --no-print-directory -j2 all
	$(Q)$(PYTHON) tests/demo/demo.py
