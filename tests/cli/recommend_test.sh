# recommend_test.sh - `nunchi recommend`: moods and songs by hand-made distributions, the index, lyrics tagged by a model, wrong calls.
. "$(dirname "$0")/lib.sh"

# Distributions by hand: two sad ballads, a sad folk song, two glad dances, an angry rock song, one of which nothing is known.
cat > "$work/songs.jsonl" <<'END'
{"id":"b1","title":"빈집","artist":"가","genre":["발라드"],"emotions":{"슬픔":0.9,"행복":0.05,"분노":0.05}}
{"id":"b2","title":"이별","artist":"가","genre":["발라드"],"emotions":{"슬픔":0.8,"행복":0.1,"분노":0.1}}
{"id":"f1","title":"들길","artist":"나","genre":["포크"],"emotions":{"슬픔":0.9,"행복":0.05,"분노":0.05}}
{"id":"d1","title":"<script>alert(1)</script>","artist":"다","genre":["댄스"],"emotions":{"행복":1}}
{"id":"d2","title":"춤","artist":"다","genre":["댄스","발라드"],"emotions":{"행복":0.9,"슬픔":0.1}}
{"id":"r1","title":"꺼져","artist":"라","genre":["록"],"emotions":{"분노":1}}
{"id":"n1","title":"연주곡","artist":"마","genre":["발라드"]}
END
order() { # ids wanted, arguments...
	want=$1
	shift
	run recommend --quiet --format tsv "$@"
	found=$(cut -f2 "$work/.out" | tr '\n' ' ')
	if [ "$status" -eq 0 ] && [ "$found" = "$want " ]; then good; else bad "recommend $*: '$found', not '$want'"; fi
}
songs="--songs $work/songs.jsonl"
order 'b2 f1 d2' $songs --song b1 --top 3
order 'f1 b2 d2' $songs --song b1 --top 3 --genre-weight 0
order 'b2 f1 d2' $songs --song 빈집 --top 3
order 'd1 d2 b2' $songs --mood 행복 --top 3
order 'r1' $songs --mood 분노=1 --top 1
order 'b2 b1 f1' $songs --mood 슬픔=.7,행복=.3 --top 3
order 'b1 b2 f1' $songs --mood 슬픔=1 --top 3 --genre 발라드
order 'b1 f1 b2' $songs --mood 슬픔=1 --top 3
order 'b1 b2 d2' $songs --song n1 --top 3
order 'd2 b1 b2' $songs --mood 슬픔=1 --genre 댄스,발라드 --lyrics-weight 0 --top 3
order 'b1 f1 d2 b2' $songs --mood 슬픔=1 --diversity 1 --top 4 --likeness jensen-shannon
order 'b2 f1 d2' $songs --song b1 --top 3 --likeness jensen-shannon

exits 0 '1 of 7 songs have no lyrics' -- recommend $songs --song b1
run recommend $songs --song b1 --top 1 --explain --quiet
check 'an explanation' grep -q '^{"rank":1,"id":"b2","title":"이별","artist":"가","genre":\["발라드"\],"score":1\.[0-9]*,"similarity":{"genre":1,"lyrics":0\.99[0-9]*},"why":{"genre":{"weight":0\.3,"shared":\["발라드"\]},"lyrics":{"weight":1,"known":true,"parts":{"슬픔":0\.98' "$work/.out"
run recommend $songs --mood 행복 --top 2 --html "$work/page.html" --quiet
check 'the heading is the emotion' grep -q '<h1>행복</h1>' "$work/page.html"
run recommend $songs --mood '슬픔=.3,행복=.7' --top 2 --html "$work/page.html" --quiet
check 'the heading is the emotions, not what was typed' sh -c "grep -q '<h1>행복 · 슬픔</h1>' '$work/page.html' && ! grep -q '=.7' '$work/page.html'"
run recommend $songs --mood 행복 --top 2 --html "$work/page.html" --quiet
check 'a title is no markup' sh -c "! grep -q '<script' '$work/page.html' && grep -q '&lt;script&gt;alert(1)' '$work/page.html'"

# the index
exits 0 '7 songs' -- recommend $songs --index "$work/songs.index"
for wish in '--song b1' '--song d1 --diversity 0.5' '--mood 슬픔=.2,분노=.8' '--song f1 --likeness jensen-shannon --explain'; do
	run recommend $songs $wish --quiet
	cp "$work/.out" "$work/want"
	run recommend --index "$work/songs.index" $wish
	check "the index answers $wish alike" cmp "$work/.out" "$work/want"
done
head -c 200 "$work/songs.index" > "$work/cut.index"
exits 1 'damaged' -- recommend --index "$work/cut.index" --song b1
exits 1 'no index of songs' -- recommend --index "$work/songs.jsonl" --song b1

# an index beside its songs is used while it fits them, made again when it does not, and never made out of another file
exits 0 '7 songs, up to date' -- recommend $songs --index "$work/songs.index" --song b1
cp "$work/songs.jsonl" "$work/more.jsonl"
echo '{"id":"b9","title":"새 노래","artist":"사","genre":["발라드"],"emotions":{"슬픔":0.9,"행복":0.05,"분노":0.05}}' >> "$work/more.jsonl"
run recommend --songs "$work/more.jsonl" --index "$work/songs.index" --song b1 --top 1 --format tsv
check 'a stale index is told and made again' sh -c "grep -q 'stale: it was made from other songs' '$work/.err' && cut -f2 '$work/.out' | grep -qx b9"
order 'b9' --index "$work/songs.index" --song b1 --top 1
cp "$work/cut.index" "$work/broken.index"
run recommend $songs --index "$work/broken.index"
check 'a damaged index is made again' sh -c "[ $status = 0 ] && grep -q 'making it again' '$work/.err'"
cp "$work/songs.jsonl" "$work/precious"
exits 2 'not written over' -- recommend $songs --index "$work/precious" --song b1
check 'a file that is no index stays' cmp "$work/songs.jsonl" "$work/precious"

# lyrics and genres as lists, other spellings in other records
printf '%s\n' '{"id":"1","emotions":{"슬픔":1}}' '{"song_id":"2","title":"t","genres":"록/포크","emotion":"슬픔"}' > "$work/loose.jsonl"
order '2 1' --songs "$work/loose.jsonl" --mood 슬픔 --genre 포크

# a table, and names in Korean
printf '제목,가수,장르,감정\n하나,가,"발라드, 포크",슬픔=1\n둘,나,댄스,행복=1\n셋,다,포크,"슬픔=.9,행복=.1"\n' > "$work/songs.csv"
order '3 2' --songs "$work/songs.csv" --song 1

# wrong calls and wrong data
exits 1 'did you mean b1' -- recommend --quiet $songs --song b11
exits 2 'the emotions are' -- recommend --quiet $songs --mood 기쁨=1
exits 2 'no song is of the genre' -- recommend --quiet $songs --song b1 --genre 재즈
exits 2 'one of them' -- recommend $songs --song b1 --mood 슬픔=1
exits 2 'needs --song' -- recommend $songs
exits 2 'needs --songs' -- recommend --song b1
printf '{"id":"1","title":"t","lyrics":"가사"}\n{"id":"2","emotions":{"슬픔":1}}\n' > "$work/lyrics.jsonl"
NUNCHI_MODEL=$work exits 2 'NUNCHI_MODEL' -- recommend --songs "$work/lyrics.jsonl" --song 1 # lyrics without emotions need a model
printf '{"id":"1","title":"t"}\n{"id":"2","title":"t","emotions":{"슬픔":1}}\n' > "$work/bare.jsonl"
exits 1 'neither lyrics nor a genre' -- recommend --songs "$work/bare.jsonl" --song 1 --quiet
exits 1 '2 songs are called "t"; the id of the first is 1' -- recommend --songs "$work/bare.jsonl" --song t --quiet
exits 2 'must be above 0' -- recommend $songs --song b1 --genre-weight 0 --lyrics-weight 0
printf '{"id":"1","emotions":{"슬픔":-1}}\n' > "$work/bad.jsonl"
exits 1 'bad.jsonl:1: ' -- recommend --songs "$work/bad.jsonl" --song 1
printf '{"id":"1","emotions":{"슬픔":1}}\n{"id":"1","emotions":{"슬픔":1}}\n' > "$work/bad.jsonl"
exits 1 'two songs have the id "1"' -- recommend --songs "$work/bad.jsonl" --song 1

# lyrics tagged by a model: a song is the mean of its lines' probabilities
head -n 200 data/course.tsv > "$work/few.tsv"
exits 0 '' -- tokenizer train --quiet --vocab-size 1000 --bert-specials --input "$work/few.tsv" --out "$work/vocabulary.spiece"
exits 0 '' -- train --quiet --train "$work/few.tsv" --preset tiny --tokenizer "$work/vocabulary.spiece" --epochs 1 --lr 1e-3 --out "$work/model"
exits 0 '68 songs' -- recommend --songs data/songs.jsonl --model "$work/model" --index "$work/bundled.index"
run recommend --index "$work/bundled.index" --song s01 --top 5
check 'five of the bundled songs' sh -c "[ \$(grep -c '\"rank\"' '$work/.out') = 5 ]"
printf '{"id":"x","title":"x","lyrics":"비가 온다\\n\\n눈이 온다"}\n{"id":"y","title":"y","lyrics":"  "}\n' > "$work/two.jsonl"
run predict --model "$work/model" --format jsonl --quiet - < /dev/null
printf '비가 온다\n눈이 온다\n' > "$work/lines"
run predict --model "$work/model" "$work/lines"
mean=$(grep -o '"슬픔":[0-9.e-]*' "$work/.out" | cut -d: -f2 | awk '{ s += $1 } END { printf "%.5f", s / NR }')
run recommend --songs "$work/two.jsonl" --model "$work/model" --mood 슬픔 --explain --top 1 --quiet
found=$(grep -o '"emotions":{.*' "$work/.out" | grep -o '"슬픔":[0-9.e-]*' | cut -d: -f2 | awk '{ printf "%.5f", $1 }')
check "a song is the mean of its lines ($found, $mean)" [ "$found" = "$mean" ]
run recommend --index "$work/bundled.index" --model "$work/model" --text '너무 슬퍼서 울었어' --top 3
printf '{"id":"x","title":"x","lyrics":["비가 온다","","눈이 온다"]}\n' > "$work/list.jsonl"
run recommend --songs "$work/list.jsonl" --model "$work/model" --mood 슬픔 --explain --quiet
listed=$(grep -o '"emotions":{.*' "$work/.out" | grep -o '"슬픔":[0-9.e-]*' | cut -d: -f2 | awk '{ printf "%.5f", $1 }')
check 'lyrics may be a list of lines' [ "$listed" = "$mean" ]
exits 0 '' -- train --quiet --train "$work/few.tsv" --preset tiny --tokenizer "$work/vocabulary.spiece" --epochs 1 --lr 1e-3 --seed 2 --out "$work/other"
exits 1 'another model than' -- recommend --index "$work/bundled.index" --model "$work/other" --text '너무 슬퍼서 울었어'
run recommend --songs data/songs.jsonl --index "$work/bundled.index" --model "$work/other" --song s01
check 'other weights make an index stale' grep -q 'stale: it was made from other model' "$work/.err"
exits 0 '68 songs, up to date' -- recommend --songs data/songs.jsonl --index "$work/bundled.index" --model "$work/other" --song s01
run recommend --index "$work/bundled.index" --model "$work/other" --text '너무 슬퍼서 울었어' --top 3
check 'a text finds songs' sh -c "[ $status = 0 ] && [ \$(grep -c rank '$work/.out') = 3 ]"

# The bundled songs as a model feels them that was trained on the bundled sentences (data/songs-emotions.jsonl), against what a listener expects:
# "mood" in data/songs.jsonl, which no part of the program reads.
exits 0 '68 songs' -- recommend --songs data/songs-emotions.jsonl --index "$work/felt.index"
# of ID TOP: how many of the best songs have the mood of the song itself
awk '{ id = $0; sub(/^{"id": "/, "", id); sub(/".*/, "", id); mood = $0; sub(/.*"mood": "/, "", mood); sub(/".*/, "", mood); print id, mood }' data/songs.jsonl > "$work/moods"
for id in $(cut -d' ' -f1 "$work/moods"); do
	run recommend --index "$work/felt.index" --song "$id" --top 5 --format tsv
	cut -f2,5 "$work/.out" | awk -v id="$id" 'NR == FNR { mood[$1] = $2; next } { print id, $1, $2, mood[id] == mood[$1] }' "$work/moods" - 
done > "$work/neighbours"
expects() { # ID how many of five share its mood, how many its genre (a pattern)
	same=$(awk -v id="$1" '$1 == id { n += $4 } END { print n }' "$work/neighbours")
	genre=$(awk -v id="$1" '$1 == id' "$work/neighbours" | grep -c "$3.* [01]\$")
	if [ "$same" -ge "$2" ] && [ "$genre" -ge "$4" ]; then good; else bad "$1: $same of 5 share its mood, $genre are $3"; fi
}
expects s01 4 발라드 5 # a sad ballad finds sad ballads, and one that is glad that the sad time is over
expects s07 5 댄스 4   # summer: glad dances
expects s13 4 인디 3   # stations of a metro line, told soberly
expects s14 4 록 3     # anger
all=$(awk '{ n += $4 } END { printf "%.3f", n / NR }' "$work/neighbours")
check "of all neighbours .250 share the mood by chance; $all do" awk "BEGIN { exit !($all > 0.55) }"

# the recipe of that file, half a minute of training: the same bits everywhere
if [ "${NUNCHI_TESTS:-}" = long ]; then
	run tokenizer train --vocab-size 3000 --bert-specials --input data/course.tsv --out "$work/felt.spiece"
	run train --train data/course.tsv --preset tiny --tokenizer "$work/felt.spiece" --epochs 12 --batch 32 --lr 1e-3 --out "$work/felt" --quiet
	run recommend --songs data/songs.jsonl --model "$work/felt" --mood 슬픔 --top 68 --explain
	sed 's/^{"rank":[0-9]*,\(.*\),"score":.*"emotions":\({[^}]*}\)}}}*$/{\1,"emotions":\2}/' "$work/.out" | LC_ALL=C sort > "$work/felt.jsonl"
	check 'the bundled distributions are what the recipe makes' cmp "$work/felt.jsonl" data/songs-emotions.jsonl
fi
printf '번호,메모\n1,안녕\n' > "$work/mine.csv"
exits 1 'mine.csv: no column of songs: lyrics .*; the columns are: 1, 2 \(no header line found\)' -- recommend --songs "$work/mine.csv" --song 1
exits 1 'absent.csv: there is no such file' -- recommend --songs "$work/absent.csv" --song 1
finish
