# language_test.sh - chat and the pages talk to a person in the language of the locale: Korean where the first of LC_ALL, LC_MESSAGES and LANG that is set says so, else
# English. What scripts read is the same in both.
. "$(dirname "$0")/lib.sh"

# A model, a book and songs without a Korean letter: what is Korean then is what the program says.
{ printf 'text\tlabel\n'; for n in 1 2 3 4 5 6 7 8 9 10 11 12; do printf 'it is good %s\tgood\nit is so bad %s\tbad\n' $n $n; done; } > "$work/rows.tsv"
printf 'it is good. It is so bad.\n' > "$work/book.txt"
cat > "$work/songs.jsonl" <<'END'
{"id":"a","title":"One","artist":"X","genre":["ballad"],"emotions":{"good":0.9,"bad":0.1}}
{"id":"b","title":"Two","artist":"X","genre":["ballad"],"emotions":{"good":0.8,"bad":0.2}}
{"id":"c","title":"Three","artist":"X","genre":["rock"]}
END
"$NUNCHI" tokenizer train --quiet --vocab-size 60 --bert-specials --input "$work/rows.tsv" --out "$work/v.spiece" 2> /dev/null || exit 1
"$NUNCHI" train --quiet --train "$work/rows.tsv" --preset tiny --tokenizer "$work/v.spiece" --epochs 1 --lr 1e-3 --out "$work/m" > /dev/null 2> "$work/.err" || exit 1

in_language() { # LC_ALL LC_MESSAGES LANG command...
	all=$1 messages=$2 lang=$3
	shift 3
	LC_ALL=$all LC_MESSAGES=$messages LANG=$lang "$@"
}
hangul=$(printf '[\352-\355]') # the bytes with which Korean letters begin in UTF-8
korean() { LC_ALL=C grep -q "$hangul" "$1"; }

# page NAME 'a Korean phrase' 'an English one' -- arguments: the page in both languages, and what is printed beside it
page() {
	name=$1 said_korean=$2 said_english=$3
	shift 4
	in_language ko_KR.UTF-8 '' '' "$NUNCHI" "$@" --quiet --html "$work/$name.ko.html" > "$work/$name.ko" 2> "$work/.err"
	in_language C.UTF-8 '' ko_KR.UTF-8 "$NUNCHI" "$@" --quiet --html "$work/$name.en.html" > "$work/$name.en" 2> "$work/.err"
	check "$name: there is Korean where it is asked for" korean "$work/$name.ko.html"
	check "$name: the page speaks Korean" grep -q "$said_korean" "$work/$name.ko.html"
	check "$name: and says so" grep -q '<html lang="ko">' "$work/$name.ko.html"
	check "$name: elsewhere English" grep -q "$said_english" "$work/$name.en.html"
	check "$name: and says so, too" grep -q '<html lang="en">' "$work/$name.en.html"
	if korean "$work/$name.en.html"; then LC_ALL=C grep -o "[^<>]*$hangul[^<>]*" "$work/$name.en.html" > "$work/.out"; bad "$name: something is Korean in the English page"; else good; fi
	check "$name: what is printed is the same" cmp "$work/$name.ko" "$work/$name.en"
}
page explain '조각마다의 몫' 'What each piece did' -- explain --model "$work/m" --text 'it is so bad'
page tag '감정의 흐름' 'The arc of emotions' -- tag --model "$work/m" "$work/book.txt"
page recommend '이런 마음의 노래' 'Songs for this mood' -- recommend --songs "$work/songs.jsonl" --mood good --diversity .5
page trace '모든 헤드의 어텐션' 'Attention of all heads' -- trace --model "$work/m" --text 'it is so bad' --label bad

# --- chat; and which variable counts ---
printf 'it is good\n0\n' > "$work/talk"
chat_says() { # Korean|English LC_ALL LC_MESSAGES LANG
	want=$1
	shift
	in_language "$@" "$NUNCHI" chat --model "$work/m" < "$work/talk" > "$work/.out" 2> "$work/.err"
	case $want in
	Korean) pattern='^감정: ' ;;
	English) pattern='^emotion: ' ;;
	esac
	if grep -q "$pattern" "$work/.out"; then good; else bad "chat with LC_ALL=$1 LC_MESSAGES=$2 LANG=$3 is not $want"; fi
}
chat_says Korean ko_KR.UTF-8 C en_US.UTF-8
chat_says Korean '' ko_KR.UTF-8 C
chat_says Korean '' '' ko_KR.UTF-8
chat_says Korean '' '' ko
chat_says English C.UTF-8 ko_KR.UTF-8 ko_KR.UTF-8
chat_says English '' en_US.UTF-8 ko_KR.UTF-8
chat_says English '' '' kok_IN.UTF-8
chat_says English '' '' ''

# --- help ---
exits 0 '' -- help --lang ko
check "help speaks Korean" sh -c "grep -q '^쓰는 법: nunchi 명령' '$work/.out' && grep -q '^  chat  *문장을 적으면 감정을 읽어 준다' '$work/.out'"
in_language '' '' ko_KR.UTF-8 "$NUNCHI" help > "$work/ko"
check "help follows the locale" cmp "$work/.out" "$work/ko"
exits 0 '' -- help
check "help is English elsewhere" grep -q '^Usage: nunchi COMMAND' "$work/.out"
in_language ko_KR.UTF-8 '' '' "$NUNCHI" help --lang en > "$work/en"
check "--lang wins over the locale" cmp "$work/.out" "$work/en"
in_language ko_KR.UTF-8 '' '' "$NUNCHI" train --help > "$work/ko"
exits 0 '' -- help train --lang ko
check "COMMAND --help follows it, too" cmp "$work/.out" "$work/ko"
exits 2 'en.ko|ko' -- help --lang fr

# Commands have the same options in both. (That each text is told in Korean holds help_test.c.)
awk '/^  [a-z]/ { sub(/^  /, ""); sub(/  .*/, ""); print }' "$work/en" | sed -n '1,/^help$/p' > "$work/commands"
while read -r command; do
	for language in en ko; do "$NUNCHI" help $command --lang $language | grep -oE '^  --[a-z0-9-]+' > "$work/options.$language"; done
	if cmp -s "$work/options.en" "$work/options.ko"; then good; else bad "help $command has other options in Korean"; fi
done < "$work/commands"
finish
