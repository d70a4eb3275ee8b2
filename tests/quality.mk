# What the code must be like, whatever it does: included by tests/tests.mk.
# `make check` does the quick part; `make lint` does all of it, and knows by the
# stamps in $(B)/lint what has not changed since.

LINT_C := $(sort $(wildcard src/*.c src/*/*.c tests/*/*.c))
LINT_PASSES := analyzer clang tidy
LINT_JOBS ?= 2
TIDY ?= clang-tidy
LINT_FLAGS = $(MY_CPPFLAGS) -std=c17 $(WARN)

$(B)/.lint-dependencies: packaging/install-dependencies | \
	$(B)/.test-dependencies
	@mkdir -p $(@D)
	packaging/install-dependencies lint
	@touch $@

# A stamp stands for a file that one pass has nothing to say about.
$(B)/lint/%.analyzer: %.c | $(B)/.lint-dependencies
	@mkdir -p $(@D)
	gcc $(LINT_FLAGS) -O2 -Werror -fanalyzer -MMD -MP -MT $@ -MF $@.d \
		-c -o /dev/null $<
	@touch $@

$(B)/lint/%.clang: %.c | $(B)/.lint-dependencies
	@mkdir -p $(@D)
	clang $(LINT_FLAGS) -O2 -Werror -MMD -MP -MT $@ -MF $@.d \
		-c -o /dev/null $<
	@touch $@

$(B)/lint/%.tidy: %.c .clang-tidy | $(B)/.lint-dependencies
	@mkdir -p $(@D)
	@echo $(TIDY) $<
	@$(TIDY) --quiet $< -- $(LINT_FLAGS) 2>$@.err || { cat $@.err; false; }
	@clang $(LINT_FLAGS) -MM -MP -MT $@ -MF $@.d $<
	@rm -f $@.err && touch $@

# Whole programs: what no single file shows.
lint-cppcheck: $(B)/.lint-dependencies
	@mkdir -p $(B)/lint/cppcheck
	cppcheck --quiet -j $(LINT_JOBS) --std=c11 --error-exitcode=1 \
		--enable=warning,performance,portability --inline-suppr \
		--cppcheck-build-dir=$(B)/lint/cppcheck $(MY_CPPFLAGS) \
		-D__x86_64__ \
		src tests/smarthost tests/faultline tests/tools tests/preload tests/valgrind

lint-quick:
	tests/check-layers
	tests/check-budgets
	tests/check-shell
	mandoc -Tlint -Wwarning man/*.[1-8]

lint: lint-quick $(foreach p,$(LINT_PASSES),$(LINT_C:%.c=$(B)/lint/%.$(p))) \
	lint-cppcheck

.PHONY: lint lint-quick lint-cppcheck

# The sanitizers need a build of their own, and time. A finding in any process
# of a test fails that test (tests/lib.sh). `make check` plays SAN_QUICK.
SAN_B ?= $(B)-san
SAN_ONLY ?= *
SAN_QUICK := delivers-*

check-san: $(B)/.test-dependencies
	$(MAKE) SAN=1 B=$(SAN_B) tests
	SLOWER=3 CK_TIMEOUT_MULTIPLIER=5 tests/run --build $(SAN_B) unit smarthost
	SLOWER=3 tests/run --build $(SAN_B) --only '$(SAN_ONLY)' e2e

# Line coverage of the unit tests, a table; base/ and mail/ must reach
# COVERAGE_MIN per cent.
COV_B ?= $(B)-cov
COVERAGE_MIN ?= 95

coverage: $(B)/.test-dependencies
	$(MAKE) COV=1 B=$(COV_B) tests
	find $(COV_B) -name '*.gcda' -delete
	SLOWER=3 CK_TIMEOUT_MULTIPLIER=5 tests/run --build $(COV_B) unit
	tests/coverage $(COV_B) $(COVERAGE_MIN) base mail

.PHONY: check-san coverage

-include $(shell find $(B)/lint -name '*.d' 2>/dev/null)
