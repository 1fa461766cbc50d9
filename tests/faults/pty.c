/* pty.c - runs a program on a terminal of its own and copies what it writes there to standard output: pty PROGRAM ARGUMENT... */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char bytes[4096];
	int status = 0, master = posix_openpt(O_RDWR | O_NOCTTY);
	if (argc < 2 || master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
		return 125;
	pid_t child = fork();
	if (child == 0) {
		int terminal;
		setsid();
		terminal = open(ptsname(master), O_RDWR);
		if (terminal < 0)
			_exit(125);
		ioctl(terminal, TIOCSCTTY, 0);
		dup2(terminal, 1);
		dup2(terminal, 2);
		close(master);
		execvp(argv[1], argv + 1);
		_exit(125);
	}
	for (ssize_t count; (count = read(master, bytes, sizeof bytes)) > 0;) /* ends with an error when nobody has the terminal any more */
		if (write(1, bytes, (size_t)count) != count)
			return 125;
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
