# make fuzz: each program here for FUZZ_SECONDS on bytes that libFuzzer makes
# up, starting from corpus/NAME; what it learns stays in $(B)/fuzz/corpus/NAME,
# an input that crashes in $(B)/fuzz. FUZZ_ONLY=NAME runs one. Needs clang.

FUZZ_CC ?= clang
FUZZ_SECONDS ?= 60
FUZZ_NAMES := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/*.c)))
FUZZ_ONLY ?= $(FUZZ_NAMES)
FUZZ_OBJ := $(LIB_SRC:%.c=$(B)/fuzz/obj/%.o)
FUZZ_LIB := $(B)/fuzz/libnavette.a
FUZZ_CFLAGS = -std=c17 -O1 -g -fno-omit-frame-pointer $(WARN) \
	-fsanitize=address,undefined -fno-sanitize-recover=all

$(B)/fuzz/obj/%.o: %.c | $(B)/.dependencies
	@mkdir -p $(@D)
	$(FUZZ_CC) $(MY_CPPFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link \
		-MMD -MP -c -o $@ $<

$(FUZZ_LIB): $(FUZZ_OBJ)
	rm -f $@
	$(AR) rcs $@ $^

$(FUZZ_NAMES:%=$(B)/fuzz/%): $(B)/fuzz/%: tests/fuzz/%.c $(FUZZ_LIB)
	$(FUZZ_CC) $(MY_CPPFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ \
		-lconfuse -lseccomp -lssl -lcrypto

$(FUZZ_NAMES:%=fuzz-%): fuzz-%: $(B)/fuzz/%
	@mkdir -p $(B)/fuzz/corpus/$*
	$< -max_total_time=$(FUZZ_SECONDS) -timeout=10 -verbosity=0 \
		-print_final_stats=1 -artifact_prefix=$(B)/fuzz/$*- \
		$(B)/fuzz/corpus/$* tests/fuzz/corpus/$*

fuzz: $(FUZZ_ONLY:%=fuzz-%)

.PHONY: fuzz $(FUZZ_NAMES:%=fuzz-%)

-include $(shell find $(B)/fuzz/obj -name '*.d' 2>/dev/null)
