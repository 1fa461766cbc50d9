#!/bin/sh
# nunchi data and nunchi split: figures, bad rows, encodings, leakage, and scikit-learn's rows.
set -u
NUNCHI=${NUNCHI:-build/nunchi}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0 skipped=0

# check NAME EXPECTED GOT
check() {
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAILED %s\n  expected: %s\n  got:      %s\n' "$1" "$2" "$3"
	fi
}

# field NAME JSON: the number that stands behind "NAME":
field() { printf '%s' "$2" | sed -n "s/.*\"$1\":\([0-9.eE+-]*\).*/\1/p"; }

# --- data ---
printf 'text\tlabel\n안녕하세요\t행복\n안녕하세요\t슬픔\n\n또 만나요\t행복\n' > "$dir/a.tsv"
json=$("$NUNCHI" data --data "$dir/a.tsv" --json)
check 'rows' 3 "$(field rows "$json")"
check 'label counts' 2 "$(field 행복 "$json")"
check 'duplicates' 1 "$(field duplicates "$json")"
check 'contradicting duplicates' 1 "$(field contradicting_duplicates "$json")"
check 'median length' 5 "$(field p50 "$json")"
json=$("$NUNCHI" data --data "$dir/a.tsv" --test "$dir/a.tsv" --json)
check 'shared with test' 3 "$(field shared_with_test "$json")"
check 'standard input' 3 "$(field rows "$("$NUNCHI" data --data - --json < "$dir/a.tsv")")"
check 'two files' 6 "$(field rows "$("$NUNCHI" data --data "$dir/a.tsv" --data="$dir/a.tsv" --json)")"
"$NUNCHI" data --data "$dir/a.tsv" | grep -q '행복 *2 *66.7 %'
check 'table' 0 $?

# the columns: told, once for files that have the same, and in the JSON
printf '번호,문장,감정\n1,오늘은 비가 왔다,슬픔\n2,내일은 갠다고 한다,행복\n' > "$dir/named.csv"
check 'columns told' 'nunchi: text: 문장, label: 감정' "$("$NUNCHI" data --data "$dir/named.csv" --test "$dir/named.csv" 2>&1 > /dev/null)"
check 'columns not told' '' "$("$NUNCHI" data --data "$dir/named.csv" --quiet 2>&1 > /dev/null)"
"$NUNCHI" data --data "$dir/named.csv" --json --quiet | grep -q '"columns":{"text":"문장","label":"감정"}'
check 'columns in JSON' 0 $?
"$NUNCHI" data --data "$dir/named.csv" --json --quiet --pair 번호 | grep -q '"columns":{"text":"문장","pair":"번호","label":"감정"}'
check 'a pair in JSON' 0 $?
printf '하나 둘 셋\n넷 다섯\n' > "$dir/lines.txt"
"$NUNCHI" data --data "$dir/lines.txt" --json 2> "$dir/err" | grep -q '"columns":{"text":"text","label":null}'
check 'lines in JSON' 0 $?
check 'lines told' 'nunchi: text: text, no label' "$(cat "$dir/err")"
printf 'text\tjoy\tfear\n오늘은 좋다\t1\t0\n무섭고 좋다\t1\t1\n' > "$dir/flags.tsv"
json=$("$NUNCHI" data --data "$dir/flags.tsv" --json --quiet --multi-label --label joy,fear)
check 'one column a label' '2 1' "$(field joy "$(printf '%s' "$json" | sed 's/.*"labels"//')") $(field fear "$(printf '%s' "$json" | sed 's/.*"labels"//')")"
printf '%s' "$json" | grep -q '"columns":{"text":"text","label":\["joy","fear"\]}'
check 'one column a label in JSON' 0 $?
(printf '조사 결과\n\n'; cat "$dir/named.csv") > "$dir/titled.csv"
check 'rows above the header' 2 "$(field rows "$("$NUNCHI" data --data "$dir/titled.csv" --skip-rows 2 --json --quiet)")"

# bad rows: told with file and line, counted, or the end
printf 'text,label\n좋다,행복\n,슬픔\n나쁘다\n무섭다,공포\n' > "$dir/bad.csv"
json=$("$NUNCHI" data --data "$dir/bad.csv" --json 2> "$dir/err")
check 'bad rows counted' '2 2' "$(field rows "$json") $(field bad_rows "$json")"
check 'bad row told' 1 "$(grep -c "bad.csv:3: the text is empty" "$dir/err")"
check 'short row told' 1 "$(grep -c "bad.csv:4: the column 'label' (the label) is missing" "$dir/err")"
"$NUNCHI" data --data "$dir/bad.csv" --bad-rows error > "$dir/out" 2> "$dir/err"
check 'bad rows error: status' 1 $?
check 'bad rows error: one line' 1 "$(wc -l < "$dir/err" | tr -d ' ')"
check 'bad rows error: nothing on stdout' 0 "$(wc -c < "$dir/out" | tr -d ' ')"
check 'quiet' '' "$("$NUNCHI" data --data "$dir/bad.csv" --quiet 2>&1 > /dev/null)"

# CP949, UTF-16, byte order mark, CR LF
if command -v iconv > /dev/null 2>&1; then
	iconv -f UTF-8 -t CP949 "$dir/a.tsv" > "$dir/cp949.tsv"
	(printf '\377\376'; iconv -f UTF-8 -t UTF-16LE "$dir/a.tsv") > "$dir/utf16.tsv"
	(printf '\357\273\277'; sed 's/$/\r/' "$dir/a.tsv") > "$dir/dos.tsv"
	for kind in cp949 utf16 dos; do
		check "$kind is recognised" "$("$NUNCHI" data --data "$dir/a.tsv" --json)" "$("$NUNCHI" data --data "$dir/$kind.tsv" --json)"
	done
else
	echo '  skipped: there is no iconv program'
	skipped=$((skipped + 1))
fi

# selection
printf 'text,label\na,분노\nb,혐오\nc,중립\nd,중립\ne,중립\n' > "$dir/s.csv"
json=$("$NUNCHI" data --data "$dir/s.csv" --relabel 분노=분노혐오,혐오=분노혐오 --undersample 중립=1 --json 2> /dev/null)
check 'relabel and undersample' '2 1' "$(field 분노혐오 "$json") $(field 중립 "$json")"
json=$("$NUNCHI" data --data "$dir/s.csv" --drop-label 중립 --limit 1 --json)
check 'drop and limit' 1 "$(field rows "$json")"

# cleansing: shown step by step, and applied
printf 'text,label\n좋아요ㅋㅋㅋㅋㅋ http://a.com/b 漢,행복\n좋아요ㅋㅋ,행복\n' > "$dir/clean.csv"
"$NUNCHI" data --data "$dir/clean.csv" --cleansing kc-1 --show-cleansing > "$dir/out"
check 'show-cleansing tells steps' 1 "$(grep -c 'URLs removed  *좋아요ㅋㅋㅋㅋㅋ' "$dir/out")"
check 'show-cleansing leaves out what is unchanged' 1 "$(grep -c '^좋아요' "$dir/out")"
check 'cleansed texts are equal' 1 "$(field duplicates "$("$NUNCHI" data --data "$dir/clean.csv" --cleansing kc-1 --json)")"
check 'texts as they are differ' 0 "$(field duplicates "$("$NUNCHI" data --data "$dir/clean.csv" --json)")"

# wrong calls
fails() { # NAME STATUS PATTERN arguments...
	name=$1 status=$2 pattern=$3
	shift 3
	"$NUNCHI" "$@" > /dev/null 2> "$dir/err" < /dev/null
	check "$name: status" "$status" $?
	check "$name: text" 1 "$(grep -c -- "$pattern" "$dir/err")"
	check "$name: one line" 1 "$(wc -l < "$dir/err" | tr -d ' ')"
}
fails 'no data' 2 'which data' data
fails 'absent file' 1 'there is no such file' data --data "$dir/absent.tsv"
fails 'folder' 1 'is a folder' data --data "$dir"
: > "$dir/empty.csv"
fails 'empty file' 1 'holds no rows' data --data "$dir/empty.csv"
fails 'a title above the header' 1 'titled.csv:3: this line looks like the header.*--skip-rows 2' data --data "$dir/titled.csv"
fails 'wrong column' 1 "no column 'zzz'" data --data "$dir/a.tsv" --text zzz
fails 'wrong encoding' 2 'known are' data --data "$dir/a.tsv" --encoding latin1
fails 'unknown cleansing' 2 'known are: none, placeholders-1' data --data "$dir/a.tsv" --cleansing kc
fails 'show-cleansing without one' 2 'needs --cleansing' data --data "$dir/a.tsv" --show-cleansing
fails 'max-len without tokenizer' 2 'tokenizer' data --data "$dir/a.tsv" --max-len 10

# --- split: train_test_split(range(10), test_size=.2, random_state=42) and KFold(3, shuffle=True, random_state=42) ---
{ printf 'text\tlabel\n'; for i in 0 1 2 3 4 5 6 7 8 9; do printf ' 문장 %s \t%s\n' $i $((i % 2)); done; } > "$dir/ten.tsv"
"$NUNCHI" split --data "$dir/ten.tsv" --test-split 0.2 --split-seed 42 --out-dir "$dir/out1" > "$dir/told"
check 'split tells files' "$dir/out1/train.tsv	8 $dir/out1/test.tsv	2" "$(tr '\n' ' ' < "$dir/told" | sed 's/ $//')"
order() { sed -n 's/^ 문장 \([0-9]\) .*/\1/p' "$1" | tr -d '\n'; }
check 'train_test_split' '50729436 81' "$(order "$dir/out1/train.tsv") $(order "$dir/out1/test.tsv")"
check 'header and blanks kept' "text	label| 문장 5 	1" "$(head -n 2 "$dir/out1/train.tsv" | tr '\n' '|' | sed 's/|$//')"
"$NUNCHI" split --data "$dir/ten.tsv" --folds 3 --split-seed 42 --out-dir "$dir/out2" > /dev/null
check 'KFold' '0158 279 346' "$(order "$dir/out2/fold-0/test.tsv") $(order "$dir/out2/fold-1/test.tsv") $(order "$dir/out2/fold-2/test.tsv")"
check 'KFold train' '234679' "$(order "$dir/out2/fold-0/train.tsv")"

# what is split comes back: quotes, tabs and line breaks in texts, read again
printf 'text,label\n"""인용"" 시작",1\n"탭\t안",2\n"줄\n바꿈",3\n중간 "말" 있음,4\n보통,5\n' > "$dir/odd.csv"
"$NUNCHI" split --data "$dir/odd.csv" --test-split 2 --out-dir "$dir/out3" > /dev/null
json=$("$NUNCHI" data --data "$dir/out3/train.tsv" --data "$dir/out3/test.tsv" --test "$dir/odd.csv" --json)
check 'odd texts come back' '5 5' "$(field rows "$json") $(field shared_with_test "$json")"
fails 'split needs a way' 2 'either --test-split' split --data "$dir/ten.tsv" --out-dir "$dir/x"
fails 'too many folds' 1 "can't make" split --data "$dir/ten.tsv" --folds 11 --out-dir "$dir/x"
fails 'bad row ends a split' 1 'bad.csv:3' split --data "$dir/bad.csv" --test-split 0.5 --out-dir "$dir/x"
fails 'stratify a lone label' 1 'two rows of each label' split --data "$dir/odd.csv" --test-split 2 --stratify --out-dir "$dir/x"

# rows of one value of a column
printf 'text\tlabel\tpart\n좋다\ta\tone\n싫다\tb\ttwo\n그저 그렇다\ta\tone\n' > "$dir/parts.tsv"
check 'FILE#COLUMN=VALUE: the rows that have the value' 2 "$(field rows "$("$NUNCHI" data --data "$dir/parts.tsv#part=one" --json 2> /dev/null)")"
fails 'no such value' 1 'no row has "three" in the column' data --data "$dir/parts.tsv#part=three"
fails 'no such column' 1 'there is no column' data --data "$dir/parts.tsv#side=one"
cp "$dir/parts.tsv" "$dir/a#part=one"
check 'a file whose name has a # in it' 3 "$(field rows "$("$NUNCHI" data --data "$dir/a#part=one" --json 2> /dev/null)")"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
