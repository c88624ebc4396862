# Sluice. `make help` lists the targets. Everything is built under $(BUILD); each part of the tree has a fragment in mk/.
BUILD ?= build
ARCH ?= native
V ?= 0

.DEFAULT_GOAL := all
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

include mk/rules.mk
include mk/verilator.mk
include $(sort $(filter-out mk/rules.mk mk/verilator.mk mk/final.mk,$(wildcard mk/*.mk)))
include mk/final.mk
