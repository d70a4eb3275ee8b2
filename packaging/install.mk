# Where things go (FHS). Included by the Makefile at the top.

SBIN = $(DESTDIR)$(PREFIX)/sbin
BIN = $(DESTDIR)$(PREFIX)/bin
LIBDIR = $(DESTDIR)$(PREFIX)/lib
SHARE = $(DESTDIR)$(PREFIX)/share
ETC = $(DESTDIR)$(SYSCONFDIR)
UNITDIR = $(DESTDIR)$(if $(filter /usr,$(PREFIX)),,$(PREFIX))/lib/systemd/system

install: all
	install -d $(SBIN) $(BIN) $(LIBDIR) $(UNITDIR) $(ETC)/navette
	install -m 755 $(B)/sendmail $(SBIN)/sendmail
	install -m 755 $(B)/navetted $(SBIN)/navetted
	install -d $(DESTDIR)$(LIBEXECDIR)
	install -m 755 $(B)/navette-agent $(DESTDIR)$(LIBEXECDIR)/
	install -m 755 $(B)/navette $(BIN)/navette
	ln -sf ../sbin/sendmail $(LIBDIR)/sendmail
	ln -sf ../sbin/sendmail $(BIN)/mailq
	ln -sf ../sbin/sendmail $(BIN)/newaliases
	set -e; for page in man/*.[1-8]; do \
		section=$${page##*.}; \
		install -d $(SHARE)/man/man$$section; \
		install -m 644 $$page $(SHARE)/man/man$$section/; \
	done
	install -m 644 packaging/systemd/navette.service \
		packaging/systemd/navette-smtp.socket \
		packaging/systemd/navette-smtp@.service $(UNITDIR)/
	install -d $(SHARE)/doc/navette/examples
	install -m 644 conf/*.conf $(SHARE)/doc/navette/examples/
	install -d $(SHARE)/bash-completion/completions
	install -m 644 packaging/completion/navette \
		$(SHARE)/bash-completion/completions/

deb:
	packaging/install-dependencies package
	packaging/build-deb $(B)/deb

# The tests in package/ install it; made anew when something in it has changed.
$(B)/.deb: $(B)/.test-dependencies Makefile LICENSE README.md doc/INTERNALS.md \
	$(sort $(wildcard src/*.c src/*/*.[ch] conf/* man/* packaging/* \
	packaging/completion/* packaging/debian/* packaging/systemd/*))
	rm -rf $(B)/deb
	packaging/build-deb $(B)/deb >$@.log 2>&1 || { cat $@.log; exit 1; }
	@touch $@

check: $(B)/.deb

.PHONY: install deb
