# default_model_test.sh - what answers where nobody names a model: where the bundled one is looked for, what is said of it, and that training can begin with its encoder.
. "$(dirname "$0")/lib.sh"

sed -n '1,241p' data/course.tsv > "$work/rows.tsv"
exits 0 '' -- tokenizer train --quiet --input data/course.tsv --vocab-size 1500 --bert-specials --out "$work/ko.spiece"
exits 0 '' -- train --quiet --train "$work/rows.tsv" --preset tiny --layers 1 --tokenizer "$work/ko.spiece" --epochs 1 --lr 1e-3 --max-len 32 --out "$work/encoder"
exits 0 '' -- train --quiet --train "$work/rows.tsv" --preset ngram --out "$work/linear"
exits 0 '' -- train --quiet --train data/books/patjuk.tsv --preset ngram --out "$work/tales"
exits 0 '' -- ensemble --model "$work/linear" --model "$work/encoder" --save "$work/both" --quiet

# a program that stands where it was unpacked, one that was installed, and a folder to work in that has nothing
mkdir -p "$work/tree/build" "$work/usr/bin" "$work/usr/share/nunchi" "$work/tree/data" "$work/empty" "$work/here/data"
cp "$NUNCHI" "$work/tree/build/nunchi"
cp "$NUNCHI" "$work/usr/bin/nunchi"
cp -r "$work/both" "$work/tree/data/model"
cp -r "$work/linear" "$work/usr/share/nunchi/model"
cp -r "$work/encoder" "$work/here/data/model"
cp -r "$work/tales" "$work/tree/data/model/storybook"

# answers PROGRAM FOLDER NAME: in FOLDER, without --model, PROGRAM's predict says what it says with the model NAME, and tells which it took
answers() {
	echo '문이 저절로 닫혔어' > "$work/text"
	"$NUNCHI" predict --model "$3" "$work/text" > "$work/.want" 2> /dev/null
	(cd "$2" && "$1" predict "$work/text") > "$work/.out" 2> "$work/.err"
	check "$3 answers" grep -q label "$work/.want"
	check "$1 in $2 answers as $3" cmp -s "$work/.out" "$work/.want"
	check "and says which model it took" grep -q '^nunchi: without --model: the default model, /\|^nunchi: without --model: the default model, data/model' "$work/.err"
}
unset NUNCHI_MODEL
answers "$work/tree/build/nunchi" "$work/empty" "$work/both"
answers "$work/usr/bin/nunchi" "$work/empty" "$work/linear"
ln -s "$work/tree/build/nunchi" "$work/link"
answers "$work/link" "$work/empty" "$work/both"
cp "$NUNCHI" "$work/empty/nunchi"
answers "$work/empty/nunchi" "$work/here" "$work/encoder"
NUNCHI_MODEL=$work/encoder
export NUNCHI_MODEL
answers "$work/tree/build/nunchi" "$work/here" "$work/encoder"

# --- the other commands ---
NUNCHI_MODEL=$work/tree/data/model
# same_as MODEL COMMAND...: without --model the command answers as with this one, and says so
same_as() {
	model=$1
	shift
	run "$@" --model "$model"
	cp "$work/.out" "$work/.want"
	check "$* does its work" [ "$status" -eq 0 ]
	exits 0 "^nunchi: without --model: the default model, $model\$" -- "$@"
	check "$* answers with $model" cmp -s "$work/.out" "$work/.want"
}
same_as "$NUNCHI_MODEL" eval --data "$work/rows.tsv"
same_as "$NUNCHI_MODEL" explain --text 안녕
same_as "$NUNCHI_MODEL" chat
same_as "$NUNCHI_MODEL/storybook" tag data/books/patjuk.txt # a head of its own
same_as "$NUNCHI_MODEL" recommend --songs data/songs.jsonl --mood 슬픔 --top 3 # which it has not
cp -r "$work/linear" "$NUNCHI_MODEL/songs"
same_as "$NUNCHI_MODEL/songs" recommend --songs data/songs.jsonl --mood 슬픔 --top 3
same_as "$NUNCHI_MODEL/songs" recommend --songs data/songs-emotions.jsonl --text '너무 슬프다' --top 3
exits 0 'the default model, .*/songs$' -- recommend --songs data/songs.jsonl --index "$work/songs.index" --mood 슬픔
exits 0 '68 songs, up to date' -- recommend --songs data/songs.jsonl --index "$work/songs.index" --mood 슬픔
run recommend --songs data/songs-emotions.jsonl --mood 슬픔
check 'songs that bring their emotions need no model' sh -c "[ $status = 0 ] && ! grep -q default '$work/.err'"
run recommend --songs data/songs.jsonl --index "$work/songs.index" --model "$work/encoder" --mood 슬픔
cp "$work/songs.index" "$work/own.index"
exits 1 'made with another model than .*/songs: give that one' -- recommend --songs data/songs.jsonl --index "$work/songs.index" --text 슬프다
check 'the index of a model that was named stays' cmp "$work/songs.index" "$work/own.index"

# what looks into a transformer takes the committee's, and what goes by gradients computes it in floats
exits 0 '' -- convert --quiet --type int8 --from "$work/encoder" --to "$work/bytes"
exits 0 '' -- ensemble --model "$work/linear" --model "$work/bytes" --save "$work/both-bytes" --quiet
NUNCHI_MODEL=$work/both-bytes
encoder=$NUNCHI_MODEL/member-1
same_as "$encoder" predict --embeddings mean "$work/text"
same_as "$encoder" trace --text 안녕 --step pooled
same_as "$encoder" trace --text 안녕 --label 슬픔 --step pooled
same_as "$encoder" gradcheck --text 안녕 --label 슬픔 --samples 1
for method in gradient integrated attention table; do
	same_as "$encoder" explain --text '안녕 친구야' --method $method
done
same_as "$encoder" explain --text '안녕 친구야' --flip
same_as "$encoder" explain --text '안녕 친구야' --nearest data/ambiguous.tsv
NUNCHI_MODEL=$work/tree/data/model
NUNCHI_MODEL=$work/linear exits 0 "the default model, $work/linear\$" -- tag data/books/patjuk.txt
exits 0 '' -- predict --quiet --model "$work/linear" "$work/text"
check "a model that is named is not spoken of" sh -c "! grep -q default '$work/.err'"

# --- what training begins with ---
exits 0 '' -- train --quiet --init default --train "$work/rows.tsv" --epochs 1 --seed 7 --lr 5e-4 --out "$work/tuned"
exits 0 '' -- train --quiet --init "$work/both/member-1" --train "$work/rows.tsv" --epochs 1 --seed 7 --lr 5e-4 --out "$work/same"
check "--init default is the encoder of the committee" cmp "$work/tuned/model.safetensors" "$work/same/model.safetensors"
NUNCHI_MODEL=$work/linear exits 1 "has no transformer" -- train --init default --train "$work/rows.tsv" --out "$work/none"

# --- nowhere ---
exits_here() { (cd "$work/empty" && exits "$@" && echo "$passed $failed" > "$work/.counts"); read -r passed failed < "$work/.counts"; }
unset NUNCHI_MODEL
NUNCHI=$work/empty/nunchi
exits_here 2 '^nunchi: the default model is not there .*--model DIR' -- predict "$work/text"
NUNCHI_MODEL=$work/empty exits 2 "NUNCHI_MODEL is .*/empty, which is no model's folder" -- chat

finish
