# sentences_test.sh - `nunchi sentences`: its formats, and the gold files where they are.
. "$(dirname "$0")/lib.sh"

printf '밥을 먹었어요 이제 자야겠다\n"가자." 하고 말했다. 끝\n\n' > "$work/text"
prints '밥을 먹었어요
이제 자야겠다
"가자." 하고 말했다.
끝' -- sentences "$work/text"
input=$work/text prints '밥을 먹었어요
이제 자야겠다
"가자." 하고 말했다.
끝' -- sentences
prints '0	20	ending	+요
20	40	line	
40	68	stop	ㅆ다
68	73	line	' -- sentences --offsets "$work/text"
printf '한 줄에서\n다음 줄로. 끝.\n' > "$work/wrapped"
prints '한 줄에서 다음 줄로.
끝.' -- sentences --join-lines "$work/wrapped"
exits 1 'no such file' -- sentences "$work/none"
exits 1 'folder' -- sentences "$work"
exits 2 'join-lines' -- sentences --join-line "$work/text"
: > "$work/empty"
prints_nothing() { run sentences "$work/empty"; if [ "$status" -eq 0 ] && [ ! -s "$work/.out" ]; then good; else bad 'an empty file has no sentences'; fi; }
prints_nothing
if iconv -f UTF-8 -t CP949 "$work/wrapped" > "$work/cp949" 2> /dev/null; then
	prints '한 줄에서
다음 줄로.
끝.' -- sentences --encoding cp949 "$work/cp949"
else
	skip "no CP949 in this iconv"
fi

# The gold files: as many sentences are found exactly as were when this was written. A piece that a line break would end is
# told from the others by joining a text's lines.
gold=$root/../shared/data/sentences
if [ -d "$gold" ]; then
	exact() { # file: gold sentences that are lines of the output too
		awk 'BEGIN { RS = ""; FS = "\n" } { for (i = 1; i <= NF; i++) printf "%s", $i; print "" }' "$1" > "$work/joined"
		run sentences "$work/joined"
		sed -e 's/[[:space:]]*$//' -e '/^$/d' "$1" | sort > "$work/want"
		sed 's/[[:space:]]*$//' "$work/.out" | sort > "$work/found"
		LC_ALL=C comm -12 "$work/want" "$work/found" | grep -c ''
	}
	at_least() { # file, count
		n=$(LC_ALL=C exact "$gold/$1")
		if [ "$n" -ge "$2" ]; then good; else bad "$1: $n sentences are found exactly, $2 were"; fi
	}
	at_least blogs_lee.txt 153
	at_least sample.txt 41
	at_least v_ending.txt 25
else
	skip "the gold sentence files of ../shared are absent"
fi
finish
