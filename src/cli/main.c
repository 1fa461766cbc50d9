/* main.c - the program: finds the command and runs it. */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("nunchi 0.1.0");
		return 0;
	}
	fputs("nunchi: usage: nunchi --version\n", stderr);
	return 2;
}
