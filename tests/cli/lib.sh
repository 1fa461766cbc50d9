# lib.sh - what the command-line tests share. A test file: `. tests/cli/lib.sh`, checks, then `finish`.
# NUNCHI is the program; everything is done in a folder of its own, $work, which is removed at the end.
set -u
export LC_ALL=C.UTF-8 # grep, awk and sed count characters, whatever the environment says or leaves unsaid
cd "$(dirname "$0")/../.." || exit 2
NUNCHI=$(realpath "${NUNCHI:-build/nunchi}")
root=$PWD
passed=0 failed=0 skipped=0
work=$(mktemp -d "${TMPDIR:-/tmp}/nunchi-cli-XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT

# what is put before a program that a signal is to reach: a shell has whatever it runs in the background ignore Ctrl-C, and nohup has it ignore SIGHUP
reached=
env --default-signal=INT,HUP true 2> /dev/null && reached="env --default-signal=INT,HUP"

good() { passed=$((passed + 1)); }
bad() { # what
	failed=$((failed + 1))
	echo "FAILED $1"
	[ -s "$work/.out" ] && sed 's/^/    out: /' "$work/.out" | head -n 20 | cut -c 1-300
	[ -s "$work/.err" ] && sed 's/^/    err: /' "$work/.err" | head -n 20 | cut -c 1-300
	true
}
# can_mount FOLDER: whether a small disk can be mounted there by what $own_mounts runs, in mounts of its own
can_mount() {
	own_mounts="unshare -m"
	$own_mounts true 2> /dev/null || own_mounts="unshare -rm"
	$own_mounts mount -t tmpfs -o size=64k none "$1" 2> /dev/null
}

# whether the program is built with sanitizers: some ten times slower, with an allocator and flags of its own
checked() { grep -q -e -fsanitize "$(dirname "$NUNCHI")/flags" 2> /dev/null; }

# compile SOURCE OUTPUT options...: a program of the tests, by the compiler that made nunchi, into $work/OUTPUT
compile() {
	compiler=$(sed -n '1s/ -.*//p' "$(dirname "$NUNCHI")/flags" 2> /dev/null)
	compiler=${compiler##* } source=$1 output=$work/$2
	shift 2
	"${compiler:-cc}" -std=gnu11 -O1 "$@" -o "$output" "$source" -ldl 2> "$work/.err"
}

# preload NAME: builds $work/NAME.so, which LD_PRELOAD puts before the C library; false where that cannot be done
preload() {
	checked && return 1 # a checked program has an allocator of its own, and wants to be first
	compile "tests/faults/$1.c" "$1.so" -shared -fPIC && LD_PRELOAD="$work/$1.so" "$NUNCHI" --version > "$work/.out" 2>&1
}

# tally NAME TRIED HELD: what tests/faults/run adds up
tally() {
	echo "faults: $1: $2 tried, $3 held"
	check "$1: all of $2 held" test "$2" -eq "$3" -a "$2" -gt 0
}

skip() { # why
	skipped=$((skipped + 1))
	echo "skipped: $1"
}

# run arguments...: runs the program, keeps its outputs in $work/.out and .err and its exit status in $status
run() {
	timeout 300 "$NUNCHI" "$@" > "$work/.out" 2> "$work/.err" < "${input:-/dev/null}"
	status=$?
}

# exits STATUS 'ERE that standard error must match, in one line' -- arguments...
exits() {
	want=$1 pattern=$2
	shift 3
	run "$@"
	name="nunchi $* (exit status $status, wanted $want; stderr: $pattern)"
	if [ "$status" -ne "$want" ]; then
		bad "$name"
	elif [ "$want" -ne 0 ] && [ "$(grep -c '' < "$work/.err")" -ne 1 ]; then
		bad "$name: not one line"
	elif [ -n "$pattern" ] && ! grep -Eq -- "$pattern" "$work/.err"; then
		bad "$name"
	elif [ "$want" -ne 0 ] && ! grep -q '^nunchi: ' "$work/.err"; then
		bad "$name: does not begin with \"nunchi: \""
	else
		good
	fi
}

# prints 'expected text' -- arguments...
prints() {
	printf '%s\n' "$1" > "$work/.want"
	shift 2
	run "$@"
	if [ "$status" -eq 0 ] && cmp -s "$work/.out" "$work/.want"; then
		good
	else
		bad "nunchi $* (exit status $status) does not print:
$(cat "$work/.want")"
	fi
}

# check 'what' command...: the command must succeed
check() {
	what=$1
	shift
	if "$@" > "$work/.check" 2>&1; then
		good
	else
		bad "$what"
		sed 's/^/    check: /' "$work/.check"
	fi
}

finish() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
	exit
}

# cut_blocks PAGE FOLDER: the command blocks of a page of the documents as FOLDER/1.sh, 1.out (only where the page says what is printed), 2.sh …; the number of blocks in FOLDER/count
cut_blocks() {
	awk -v folder="$2" '
		/^```sh run$/ { blocks++; file = folder "/" blocks ".sh"; line[blocks] = NR; kind = "sh"; after = 0; printf "" > file; next }
		/^```text output$/ && blocks && after == 1 { file = folder "/" blocks ".out"; kind = "out"; printf "" > file; next }
		/^```/ && kind != "" { close(file); after = kind == "sh"; kind = ""; next }
		kind != "" { print > file; next }
		/[^ \t]/ { after = 0 }
		END { print blocks + 0 > (folder "/count") }' "$1"
}
