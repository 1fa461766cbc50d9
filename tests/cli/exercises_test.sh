# exercises_test.sh - every exercise with its hole is wrong, every solution is right; a receipt is the learner's own.
. "$(dirname "$0")/lib.sh"
build=$(dirname "$NUNCHI")
holes=$build/tests/exercises/holes solutions=$build/tests/exercises/solutions
count=$(ls tests/exercises/[0-9]*.c | grep -c '')

check 'there are twenty or more, each with a solution' sh -c "[ $count -ge 20 ] && [ $(ls tests/exercises/solutions/[0-9]*.c | grep -c '') = $count ]"
if ! [ -x "$holes" ] || ! [ -x "$solutions" ]; then
	skip "the exercises have not been built (make unit-tests)"
	finish
fi
n=0
while [ $n -lt "$count" ]; do
	n=$((n + 1))
	if "$holes" $n > "$work/.out" 2>&1 || ! grep -q '^not yet: ' "$work/.out" || grep -q '^receipt' "$work/.out"; then
		bad "exercise $n: the hole is taken for a solution"
	else
		good
	fi
	if "$solutions" $n > "$work/.out" 2>&1 && grep -q '^right$' "$work/.out" && grep -qE '^receipt [0-9a-f]{64}$' "$work/.out"; then
		good
	else
		bad "exercise $n: the solution is not right"
	fi
done
LEARNER=홍길동 "$solutions" 7 > "$work/a"
LEARNER=홍길동 "$solutions" 7 > "$work/b"
LEARNER=성춘향 "$solutions" 7 > "$work/c"
check 'the same learner gets the same receipt, another one another' sh -c "cmp '$work/a' '$work/b' && ! cmp -s '$work/a' '$work/c'"
"$solutions" 99 > /dev/null 2>&1
check 'a number that there is not is refused' [ $? = 2 ]
check 'each exercise names a chapter that there is' sh -c 'for f in tests/exercises/[0-9]*.c; do [ -e "$(grep -o "docs/[a-z]*\.md" $f | head -n 1)" ] || exit 1; done'
finish
