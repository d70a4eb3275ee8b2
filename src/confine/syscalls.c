#include "confine/syscalls.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/socket.h>

static const int denied[] = {
	/* Another program in our place, or beside us. */
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork),
	SCMP_SYS(vfork), SCMP_SYS(clone), SCMP_SYS(clone3),
	/* Other processes. */
	SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd),
	SCMP_SYS(process_madvise), SCMP_SYS(kcmp),
	/* Other rights. */
	SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setreuid),
	SCMP_SYS(setregid), SCMP_SYS(setresuid), SCMP_SYS(setresgid),
	SCMP_SYS(setgroups), SCMP_SYS(setfsuid), SCMP_SYS(setfsgid),
	SCMP_SYS(capset), SCMP_SYS(personality),
	/* Other views of the system. */
	SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(chroot),
	SCMP_SYS(pivot_root), SCMP_SYS(mount), SCMP_SYS(umount2),
	SCMP_SYS(fsopen), SCMP_SYS(open_tree), SCMP_SYS(move_mount),
	SCMP_SYS(open_by_handle_at), SCMP_SYS(quotactl),
	/* Parts of the kernel with a long history of holes. */
	SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register), SCMP_SYS(keyctl), SCMP_SYS(add_key),
	SCMP_SYS(request_key), SCMP_SYS(init_module),
	SCMP_SYS(finit_module), SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(reboot),
	SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(acct),
	SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(modify_ldt),
	SCMP_SYS(settimeofday), SCMP_SYS(clock_settime),
	SCMP_SYS(adjtimex), SCMP_SYS(clock_adjtime), SCMP_SYS(vmsplice),
	SCMP_SYS(sethostname), SCMP_SYS(setdomainname),
	/* We call nobody's socket a server of ours. */
	SCMP_SYS(listen),
};

/* The families that an agent needs: the server's, and netlink for the
 * resolver's choice among addresses. */
static const int network_families[] = {
	AF_UNIX, AF_INET, AF_INET6, AF_NETLINK
};
static const int local_families[] = {AF_UNIX};

/* Denies each family that is not in the (ascending) list, gap by gap. */
static bool
deny_families(scmp_filter_ctx filter, const int *families, size_t count)
{
	const uint32_t deny = SCMP_ACT_ERRNO(EAFNOSUPPORT);
	unsigned below;
	size_t i;

	below = 0;
	for (i = 0; i < count; i++) {
		for (; below < (unsigned)families[i]; below++)
			if (seccomp_rule_add(filter, deny, SCMP_SYS(socket),
			    1, SCMP_A0(SCMP_CMP_EQ, below, 0)) != 0)
				return false;
		below = (unsigned)families[i] + 1;
	}
	return seccomp_rule_add(filter, deny, SCMP_SYS(socket), 1,
	    SCMP_A0(SCMP_CMP_GE, below, 0)) == 0;
}

static bool
fill(scmp_filter_ctx filter, bool network)
{
	size_t i;

	for (i = 0; i < sizeof(denied) / sizeof(denied[0]); i++)
		/* One that this machine does not have needs no denying. */
		if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), denied[i],
		    0) != 0 && denied[i] >= 0)
			return false;
	if (network)
		return deny_families(filter, network_families,
		    sizeof(network_families) / sizeof(network_families[0]));
	return deny_families(filter, local_families, 1);
}

bool
syscalls_deny(bool network)
{
	scmp_filter_ctx filter;
	bool ok;

	filter = seccomp_init(SCMP_ACT_ALLOW);
	if (filter == NULL)
		return false;
	ok = fill(filter, network) && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return ok;
}
