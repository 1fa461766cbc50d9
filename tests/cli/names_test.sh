# names_test.sh - what the objects ask of the C library: C11, the few names of POSIX that every system has, and nothing that only one library knows. What
# systems differ in is src/base/os_*.c's alone, and those are left out here.
. "$(dirname "$0")/lib.sh"

# what only one library knows must be asked for by name, and one file asks; the rest of what knows the system does with POSIX.1-2008 (and the rest of all with C11)
grep -lE '_(GNU|DEFAULT|BSD|DARWIN_C|NETBSD)_SOURCE' -r src kernels tokenizer > "$work/.out"
check "_GNU_SOURCE and its like stand in src/base/os_posix.c alone" test "$(cat "$work/.out")" = src/base/os_posix.c
compiler=$(sed -n '1s/ -.*//p' "$(dirname "$NUNCHI")/flags" 2> /dev/null)
for source in $(grep -lE '#include <(pthread|unistd|sys/|dirent|fcntl|netinet|poll|sched|strings)' -r src kernels tokenizer --include='*.c' | grep -v os_windows); do
	check "$source needs POSIX.1-2008 alone" ${compiler:-cc} -std=c11 -Wall -Wextra -Wpedantic -Werror -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 -I. -Isrc -fsyntax-only "$source"
done

build=$(dirname "$NUNCHI")
if ! command -v nm > /dev/null; then
	skip "no nm"
	finish
fi
if checked; then
	skip "a sanitizer's own names are everywhere"
	finish
fi
c11='mem(chr|cmp|cpy|move|set)|str(len|cmp|ncmp|chr|rchr|spn|cspn|pbrk|str|cpy|cat|tok)|strto(d|f|l|ul|ll|ull)|v?snprintf|fprintf|sscanf|qsort|bsearch|abort|calloc|malloc|realloc|free'
c11="$c11|f(open|close|read|write|flush|seek|tell|gets|putc|puts)|rewind|localeconv|stderr|(fma|floor|ceil|sqrt|fmin|fmax|lround|fabs|log10|nextafter)f?|to(lower|upper)|is(alpha|alnum|digit|space|upper|lower)"
everywhere='strn?casecmp' # POSIX.1-2001; mingw-w64 has them as well
library='bcmp|_GLOBAL_OFFSET_TABLE_|__errno_location|__isoc99_sscanf|__ctype_[a-z_]*|__stack_chk_fail|__[a-z]*_chk|__tls_get_addr|_?mcount|__gcov_[a-z_]*' # how glibc, musl, gcc and clang (bcmp) spell C11's and their own
find "$build/src" "$build/kernels" "$build/tokenizer" -name '*.o' 2> /dev/null | while read -r object; do # (not what is left of a source that has moved)
	source=${object#"$build"/} source=${source%.o}
	if [ -e "$source.c" ] || [ -e "${source%.*}.c" ]; then echo "$object"; fi
done > "$work/objects"
[ -s "$work/objects" ] || { skip "no objects in $build"; finish; }
# asks 'what' 'ERE of further names' OBJECTS...
asks() {
	what=$1 more=$2
	shift 2
	nm -u "$@" 2> /dev/null | awk '/:$/ { file = $1 } $1 == "U" || $1 == "w" { sub(/@.*/, "", $2); print $2, file }' |
		grep -vE "^(nch_[a-z0-9_]*|$c11|$everywhere|$library$more) " | sort -u > "$work/.out"
	if [ -s "$work/.out" ]; then bad "$what"; else good; fi
}
asks "no library function but C11's outside src/base/os_*.c and kernels/threads.c" '' $(grep -vE '/(src/base/os_|kernels/threads)' "$work/objects")
asks "threads: POSIX's" '|pthread_[a-z_]*|clock_gettime' $(grep '/kernels/threads' "$work/objects")
finish
