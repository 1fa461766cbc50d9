# build_test.sh - what make says and does, without compiling anything: a short line a file, the commands with V=1, nothing with -s; one file that
# has changed is compiled alone; `make help` tells of every target.
. "$(dirname "$0")/lib.sh"

if ! command -v make > /dev/null; then
	skip "make is absent"
	finish
fi
unset MAKEFLAGS MFLAGS MAKELEVEL V
tree=$work/tree

make -n BUILD="$tree" 2> /dev/null > "$work/said"
check "a line for a file" grep -q "^echo 'CC src/base/name.c'" "$work/said"
check "a line for a kernel names its instruction set" grep -q "^echo 'CC kernels/gemm.c (scalar)'" "$work/said"
make -n V=1 BUILD="$tree" 2> /dev/null > "$work/said"
check "V=1: the commands in place of the lines" test "$(grep -c "^echo 'CC" "$work/said")" -eq 0
make -sn BUILD="$tree" 2> /dev/null > "$work/said"
check "-s: nothing" test "$(grep -c "^echo 'CC" "$work/said")" -eq 0

# one file has changed (nothing else is out of date in a tree that is built; its flags are taken as they are)
folder=$(dirname "$NUNCHI")
if make -q -o "$folder/flags" -o "$folder/prefix" BUILD="$folder" "$folder/nunchi" > /dev/null 2>&1; then
	make -n -o "$folder/flags" -o "$folder/prefix" -W src/base/name.c BUILD="$folder" "$folder/nunchi" 2> /dev/null | grep "^echo '" > "$work/said"
	printf "echo 'CC src/base/name.c'\necho 'AR %s/libnunchi.a'\necho 'LD %s/nunchi'\n" "$folder" "$folder" > "$work/wanted"
	check "one changed file is compiled alone" cmp "$work/said" "$work/wanted"
else
	skip "the tree of the program is not up to date by make's clock"
fi

make help > "$work/help"
for target in $(sed -n 's/^\.PHONY: \(.*\)/\1/p' Makefile); do
	case $target in
	all | help | force | unit-tests | install-share) ;; # parts of others
	*) check "make help tells of $target" grep -qw -e "make $target" "$work/help" ;;
	esac
done
check "make help tells of V=1" grep -q 'V=1' "$work/help"
finish
