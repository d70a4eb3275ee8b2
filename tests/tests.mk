# The tests. Included by the Makefile at the top; tests/README.md says how they
# are built and how to run one alone.

check: $(B)/.test-dependencies tests roots lint-quick
	tests/run --build $(B)
	tests/faults/run --build $(B)
	$(MAKE) check-san SAN_ONLY='$(SAN_QUICK)'

# What the tests in real/ and callers/ run in; made once, by root only.
roots: $(B)/.test-dependencies
	B=$(B) tests/real/make-root all

lint-quick: $(B)/.test-dependencies

.PHONY: check roots

# faultline makes system calls fail or kills at them; patient is for its test.
FAULTLINE := $(B)/tests/faultline/faultline $(B)/tests/faultline/patient

$(B)/tests/faultline/faultline: $(B)/obj/tests/faultline/faultline.o \
	$(B)/obj/tests/faultline/call.o
$(B)/tests/faultline/patient: $(B)/obj/tests/faultline/patient.o
$(FAULTLINE):
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ -lseccomp

tests: $(FAULTLINE)

# All cases of the fault matrix; `make check` plays every tenth, another tenth
# each time, the one that SEED= names if it is set.
check-faults: $(B)/.test-dependencies tests
	tests/faults/run --build $(B) --every 1

.PHONY: check-faults

include tests/fuzz/fuzz.mk

include tests/bench/bench.mk

include tests/quality.mk

# Brings valgrind into the processes that the launcher starts.
$(B)/tests/valgrind/roles.so: tests/valgrind/roles.c | $(B)/.dependencies
	@mkdir -p $(@D)
	$(CC) $(MY_CPPFLAGS) -std=c17 -O1 -g $(WARN) -fPIC -shared -o $@ $<

tests: $(B)/tests/valgrind/roles.so

# A clock that tests can drive: clock.sh.
$(B)/tests/preload/clock.so: tests/preload/clock.c | $(B)/.dependencies
	@mkdir -p $(@D)
	$(CC) $(MY_CPPFLAGS) -std=c17 -O1 -g $(WARN) -fPIC -shared -o $@ $<

tests: $(B)/tests/preload/clock.so

# By chance, for MINUTES=10; SEED= repeats it.
soak: $(B)/.test-dependencies tests
	B=$(B) tests/soak/loses-nothing-whatever-happens

.PHONY: soak
