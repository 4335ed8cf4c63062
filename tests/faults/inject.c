/* Runs a program and lets the n-th of its system calls fail, whoever makes it: the program, a library, any thread.
 *
 *   inject CALLS N ERRNO LOG PROGRAM ARGUMENTS...
 *
 * CALLS are names joined by commas; N counts those calls from 1, from the moment the program's own code begins (the runtime's first
 * poll), and 0 lets none fail. LOG gets a line: how many such calls there were, then the one that failed. The status is the program's,
 * and 128 + the signal if one ended it; 111 if this cannot be done here. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
int main(void) { return 111; }
#else

static const struct { const char *name; long number; int has_path, has_fd; } known[] = {
    {"open", SYS_open, 1, 0}, {"openat", SYS_openat, 2, 0}, {"read", SYS_read, 0, 1}, {"pread64", SYS_pread64, 0, 1},
    {"write", SYS_write, 0, 1}, {"writev", SYS_writev, 0, 1}, {"pwrite64", SYS_pwrite64, 0, 1}, {"fsync", SYS_fsync, 0, 1},
    {"copy_file_range", SYS_copy_file_range, 0, 1}, {"sendfile", SYS_sendfile, 0, 1}, {"splice", SYS_splice, 0, 1},
    {"fdatasync", SYS_fdatasync, 0, 1}, {"rename", SYS_rename, 1, 0}, {"renameat", SYS_renameat, 2, 0},
    {"renameat2", SYS_renameat2, 2, 0}, {"linkat", SYS_linkat, 2, 0}, {"mmap", SYS_mmap, 0, 0}, {"close", SYS_close, 0, 1},
    {"fstat", SYS_fstat, 0, 1}, {"stat", SYS_stat, 1, 0}, {"lstat", SYS_lstat, 1, 0}, {"statx", SYS_statx, 2, 1},
    {"newfstatat", SYS_newfstatat, 2, 1}, {"lseek", SYS_lseek, 0, 1}, {"ftruncate", SYS_ftruncate, 0, 1},
    {"unlink", SYS_unlink, 1, 0}, {"unlinkat", SYS_unlinkat, 2, 0}, {"mkdir", SYS_mkdir, 1, 0}, {"getrandom", SYS_getrandom, 0, 0},
    {"getdents64", SYS_getdents64, 0, 1}, {"flock", SYS_flock, 0, 1}, {"fchmod", SYS_fchmod, 0, 1}, {"chmod", SYS_chmod, 1, 0},
    {"fchmodat", SYS_fchmodat, 2, 0}, {"utimensat", SYS_utimensat, 2, 0}, {"readlink", SYS_readlink, 1, 0},
    {"clone3", SYS_clone3, 0, 0}, {"sched_getaffinity", SYS_sched_getaffinity, 0, 0}, {"getcwd", SYS_getcwd, 0, 0},
    {"fcntl", SYS_fcntl, 0, 1}, {"pipe2", SYS_pipe2, 0, 0}, {"socketpair", SYS_socketpair, 0, 0}, {"sigaction", SYS_rt_sigaction, 0, 0},
    {"socket", SYS_socket, 0, 0}, {"connect", SYS_connect, 0, 1}, {"sendto", SYS_sendto, 0, 1}, {"recvfrom", SYS_recvfrom, 0, 1},
    {"setsockopt", SYS_setsockopt, 0, 1}, {"faccessat", SYS_faccessat, 2, 0}, {"brk", SYS_brk, 0, 0}, {"munmap", SYS_munmap, 0, 0},
};
enum { KNOWN = sizeof known / sizeof known[0] };

static int wanted[KNOWN], any;

static void choose(const char *names) {
    for (size_t at = 0; at < KNOWN; at++) {
        size_t length = strlen(known[at].name);
        for (const char *found = names; (found = strstr(found, known[at].name)); found += length)
            if ((found == names || found[-1] == ',') && (found[length] == ',' || !found[length])) wanted[at] = any = 1;
    }
}

/* Only the calls that count stop the program. */
static int filter(void) {
    struct sock_filter program[KNOWN + 4];
    size_t length = 0;
    program[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    long numbers[KNOWN + 1];
    size_t count = 0;
    numbers[count++] = SYS_poll;
    for (size_t at = 0; at < KNOWN; at++)
        if (wanted[at]) numbers[count++] = known[at].number;
    for (size_t at = 0; at < count; at++)
        program[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)numbers[at], (unsigned char)(count - at), 0);
    program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
    struct sock_fprog all = {.len = (unsigned short)length, .filter = program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all);
}

static void text_of(pid_t thread, unsigned long at, char *into, size_t room) {
    size_t length = 0;
    while (length + sizeof(long) < room) {
        errno = 0;
        long word = ptrace(PTRACE_PEEKDATA, thread, (void *)(at + length), 0);
        if (errno) break;
        memcpy(into + length, &word, sizeof word);
        if (memchr(&word, 0, sizeof word)) return;
        length += sizeof word;
    }
    into[length] = 0;
}

static void describe(pid_t thread, size_t call, const struct user_regs_struct *regs, char *into, size_t room) {
    char what[4096] = "", link[64];
    unsigned long first = regs->rdi, second = regs->rsi;
    if (known[call].has_path) text_of(thread, known[call].has_path == 1 ? first : second, what, sizeof what);
    if (!*what && known[call].has_fd) {
        snprintf(link, sizeof link, "/proc/%d/fd/%d", thread, (int)first);
        ssize_t length = readlink(link, what, sizeof what - 1);
        what[length < 0 ? 0 : length] = 0;
    }
    snprintf(into, room, "%s %s", known[call].name, what);
}

int main(int count, char **words) {
    if (count < 6) return 111;
    choose(words[1]);
    long nth = atol(words[2]), error = atol(words[3]), calls = 0;
    char failed[4200] = "";
    if (!any) return 111;
    pid_t child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, 0, 0)) _exit(111);
        raise(SIGSTOP);
        if (filter()) _exit(111);
        execv(words[5], words + 5);
        _exit(111);
    }
    int status, begun = 0, ended = 111;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return 111;
    if (ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
               PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)) return 111;
    ptrace(PTRACE_CONT, child, 0, 0);
    for (pid_t thread; (thread = waitpid(-1, &status, __WALL)) > 0;) {
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (thread == child) ended = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            continue;
        }
        int signal = WSTOPSIG(status), event = status >> 16;
        if (event == PTRACE_EVENT_SECCOMP) {
            struct user_regs_struct regs;
            if (!ptrace(PTRACE_GETREGS, thread, 0, &regs)) {
                if (regs.orig_rax == SYS_poll) begun = 1;
                else if (begun) {
                    size_t call = 0;
                    while (call < KNOWN && (!wanted[call] || known[call].number != (long)regs.orig_rax)) call++;
                    if (call < KNOWN && ++calls == nth) {
                        describe(thread, call, &regs, failed, sizeof failed);
                        /* It is not made, and this is what it returns. */
                        regs.orig_rax = (unsigned long)-1;
                        regs.rax = (unsigned long)-error;
                        ptrace(PTRACE_SETREGS, thread, 0, &regs);
                    }
                }
            }
        }
        int own = event || signal == SIGTRAP || (signal == SIGSTOP);
        ptrace(PTRACE_CONT, thread, 0, own ? 0 : signal);
    }
    FILE *log = fopen(words[4], "w");
    if (!log || fprintf(log, "%ld %s\n", calls, failed) < 0 || fclose(log)) return 111;
    return ended;
}
#endif
