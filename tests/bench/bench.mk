# The benchmark: included by tests/tests.mk. `make bench` prints a table of what
# navette does beside what the machine could do; it takes about ten minutes.
# BENCH= names scenarios, and SCALE=0.1 makes a short run of it.

BENCH ?=
SCALE ?= 1
LIMITS := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/bench/*.c)))

$(LIMITS): $(B)/tests/bench/%: $(B)/obj/tests/bench/%.o
	@mkdir -p $(@D)
	$(LINK) -o $@ $< $(LIBS)

# The others must start as fast as a program can: with libc only.
$(B)/tests/bench/limit-drain: LIBS := -lssl -lcrypto

bench: $(B)/.test-dependencies all $(SMARTHOST) $(LIMITS)
	tests/bench/bench --build $(B) --scale $(SCALE) $(BENCH)

tests: $(LIMITS)

.PHONY: bench
