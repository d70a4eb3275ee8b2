# The benchmark: included by tests/tests.mk. `make bench` prints tables of what
# navette does beside what the machine could do; it takes about eight minutes and
# ends in any case. BENCH= names scenarios, SCALE=0.1 makes a short run of it,
# PEERS= names a folder of other relays to measure as well (tests/bench/peers.py).

BENCH ?=
SCALE ?= 1
PEERS ?=
LIMITS := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/bench/*.c)))

$(LIMITS): $(B)/tests/bench/%: $(B)/obj/tests/bench/%.o
	@mkdir -p $(@D)
	$(LINK) -o $@ $< $(LIBS)

# The others must start as fast as a program can: with libc only.
$(B)/tests/bench/limit-drain: LIBS := -lssl -lcrypto

bench: $(B)/.test-dependencies all $(SMARTHOST) $(LIMITS)
	tests/bench/bench --build $(B) --scale $(SCALE) \
		--peers '$(PEERS)' $(BENCH)

tests: $(LIMITS)

.PHONY: bench
