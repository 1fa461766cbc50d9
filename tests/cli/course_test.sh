# course_test.sh - the course teaches: every chapter that docs/map.md names has a picture and three exercises or more, every picture is shown somewhere,
# and those that docs/pictures/draw makes are what it makes now. (The others are made and compared by command blocks of the chapters that show them.)
. "$(dirname "$0")/lib.sh"

# The chapters are what the map's list links to; the course plan is no chapter, but made of their exercises.
chapters=$(sed -n '/^## The chapters/,/^## Where/p' docs/map.md | grep '^[0-9]\.' | grep -o '([a-z0-9-]*\.md)' | tr -d '()' | grep -vx 'syllabus.md')
check 'the map names twenty-five chapters or more' test "$(echo "$chapters" | grep -c .)" -ge 25

for page in $chapters; do
	: > "$work/.out"
	: > "$work/.err"
	picture=$(grep -o '^!\[[^]]*\](pictures/[a-z-]*\.svg)' "docs/$page" | sed 's/.*(\(.*\))/\1/' | head -n 1)
	if [ -n "$picture" ] && [ -s "docs/$picture" ]; then good; else bad "docs/$page has no picture"; fi
	exercises=$(sed -n '/^## \(Try it\|Exercises\)/,/^## /p' "docs/$page" | grep -c '^[0-9]\. ')
	if [ "$exercises" -ge 3 ]; then good; else bad "docs/$page has $exercises exercises, three are wanted"; fi
done

for picture in docs/pictures/*.svg; do
	if grep -q "(pictures/$(basename "$picture"))" docs/*.md; then good; else bad "$picture is shown nowhere"; fi
	if grep -q 'prefers-color-scheme:dark' "$picture"; then good; else bad "$picture has no colours for the dark"; fi
done

# What draw knows is named in its last lines; a name that is none is refused.
for picture in $(sh docs/pictures/draw '?' 2>&1 | sed 's/^draw: //; s/ or /, /' | tr -d ','); do
	sh docs/pictures/draw "$picture" > "$work/drawn.svg"
	if cmp -s "$work/drawn.svg" "docs/pictures/$picture.svg"; then good; else bad "docs/pictures/$picture.svg is not what docs/pictures/draw makes"; fi
done
check 'draw makes twenty pictures or more' test "$(sh docs/pictures/draw '?' 2>&1 | tr ',' '\n' | grep -c .)" -ge 20

# An exercise that names a number of `make exercise-N` names one that there is.
for number in $(grep -oh 'make exercise-[0-9]*' docs/*.md docs/ko/*.md | grep -o '[0-9]*$' | sort -un); do
	if ls tests/exercises/"$(printf %02d "$number")"_*.c > "$work/.out" 2>&1; then good; else bad "there is no exercise $number"; fi
done
finish
