# navette: build, tests, installation. `make help` says what there is.
#
#   B       where everything that is made goes (default: build)
#   PREFIX  where it is installed (default: /usr), below DESTDIR
#   SAN     1: with AddressSanitizer and UndefinedBehaviorSanitizer
#   COV     1: with line coverage

VERSION := 0.1.0

B ?= build
PREFIX ?= /usr
SYSCONFDIR ?= /etc
LIBEXECDIR ?= $(PREFIX)/libexec/navette
SAN ?= 0
COV ?= 0

CC ?= cc
OPT ?= -O2 -g
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wformat=2
HARDEN ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
HARDEN_LD ?= -pie -Wl,-z,relro -Wl,-z,now
ifeq ($(SAN),1)
OPT = -O1 -g -fno-omit-frame-pointer
HARDEN = -fsanitize=address,undefined -fno-sanitize-recover=all
HARDEN_LD = -fsanitize=address,undefined
endif
ifeq ($(COV),1)
OPT = -O0 -g
HARDEN = --coverage
HARDEN_LD = --coverage
endif

# What the code needs to be itself; CFLAGS, CPPFLAGS and LDFLAGS stay the
# caller's (dpkg-buildpackage sets them).
MY_CPPFLAGS = -D_GNU_SOURCE -DNAVETTE_VERSION='"$(VERSION)"' \
	-DNAVETTE_SYSCONFDIR='"$(SYSCONFDIR)"' \
	-DNAVETTE_LIBEXECDIR='"$(LIBEXECDIR)"' -Isrc
MY_CFLAGS = -std=c17 $(OPT) $(WARN) $(HARDEN)
COMPILE = $(CC) $(MY_CPPFLAGS) $(CPPFLAGS) $(MY_CFLAGS) $(CFLAGS) -MMD -MP -c
LINK = $(CC) $(MY_CFLAGS) $(CFLAGS) $(HARDEN_LD) $(LDFLAGS) -Wl,--as-needed

LIB_SRC := $(sort $(wildcard src/*/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(B)/obj/%.o)
LIB := $(B)/libnavette.a
PROGRAMS := $(B)/sendmail $(B)/navetted $(B)/navette-agent $(B)/navette
LINKS := $(B)/mailq $(B)/newaliases

UNIT := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,\
	$(sort $(wildcard tests/unit/*.c)))
TOOLS := $(patsubst tests/%.c,$(B)/tests/%,$(sort $(wildcard tests/tools/*.c)))
SMARTHOST := $(B)/tests/smarthost/smarthost
SMARTHOST_OBJ := $(patsubst %.c,$(B)/obj/%.o,\
	$(sort $(wildcard tests/smarthost/*.c)))

all: $(PROGRAMS) $(LINKS)

# The libraries that a program needs beyond libc. sendmail needs none: a front
# program that pulled OpenSSL in would not link.
$(B)/sendmail: LIBS :=
# Only an agent has OpenSSL: in every other process it would be dead weight and
# one more thing to fear.
$(B)/navetted: LIBS := -lconfuse -lseccomp
$(B)/navette-agent: LIBS := -lconfuse -lseccomp -lssl -lcrypto
$(B)/navette: LIBS := -lconfuse

$(PROGRAMS): $(B)/%: $(B)/obj/src/%.o $(LIB)
	$(LINK) -o $@ $^ $(LIBS)

$(LINKS): $(B)/sendmail
	ln -sf sendmail $@

# Made anew, so that an object whose source is gone does not live on in it.
$(LIB): $(LIB_OBJ)
	rm -f $@
	$(AR) rcs $@ $^

$(B)/obj/%.o: %.c | $(B)/.dependencies
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $<

# Installs what is missing of the one list in packaging/debian/control; all that
# the goals need at once, since who is not root has to ask for it.
NEEDS = $(or $(if $(filter lint,$(MAKECMDGOALS)),lint),\
	$(if $(filter check% coverage soak roots,$(MAKECMDGOALS)),test),build)

$(B)/.dependencies: packaging/debian/control
	@mkdir -p $(@D)
	packaging/install-dependencies $(NEEDS)
	@touch $@

$(B)/.test-dependencies: packaging/debian/control | $(B)/.dependencies
	@mkdir -p $(@D)
	packaging/install-dependencies test
	@touch $@

# Said of the objects, too: make does what it may in any order.
$(UNIT:$(B)/%=$(B)/obj/%.o): | $(B)/.test-dependencies

$(UNIT): LIBS := -lcheck_pic -lsubunit -lrt -lm -lpthread -lconfuse \
	-lseccomp -lssl -lcrypto
$(TOOLS) $(SMARTHOST): LIBS := -lssl -lcrypto -lpthread
$(UNIT) $(TOOLS): $(B)/tests/%: $(B)/obj/tests/%.o $(LIB)
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(LIBS)

$(SMARTHOST): $(SMARTHOST_OBJ)
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(LIBS)

tests: all $(UNIT) $(TOOLS) $(SMARTHOST)

include tests/tests.mk
include packaging/install.mk

demo: all $(SMARTHOST)
	tests/demo $(B)

clean:
	rm -rf $(B)

help:
	@echo 'make            the programs, in $(B)/'
	@echo 'make demo       one message from sendmail to a smarthost, shown'
	@echo 'make check      all tests'
	@echo 'make install    below DESTDIR, PREFIX=$(PREFIX)'
	@echo 'make deb        the Debian package'
	@echo 'make check-faults | fuzz | soak | bench | coverage | lint'

.PHONY: all tests demo clean help
.DELETE_ON_ERROR:
.SECONDARY:

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
