# What is the same run: a run is resumed with another value of each option in turn, of every option that the help text names. It must be refused, and
# then nothing in the folder is touched, or it must lead to the weights of a fresh run with that value.
. "$(dirname "$0")/lib.sh"

head -n 97 data/course.tsv > "$work/train.tsv"
(head -n 1 data/course.tsv; sed -n 200,295p data/course.tsv) > "$work/other.tsv"
tail -n +2 "$work/train.tsv" | cut -f 1 > "$work/train.txt"
tail -n +2 "$work/other.tsv" | cut -f 1 > "$work/other.txt"
for half in '1,2000' '2000,4000'; do
	sed -n "${half}p" data/course.tsv | cut -f 1 > "$work/half.txt"
	exits 0 '' -- tokenizer train --quiet --input "$work/half.txt" --vocab-size 1500 --bert-specials --out "$work/vocabulary-${half%%,*}.spiece"
done
cat > "$work/common.conf" <<END
preset = tiny
tokenizer = $work/vocabulary-1.spiece
max-len = 24
batch = 8
lr = 1e-3
epochs = 3
valid-split = 0.25
checkpoint-every = 1
threads = 1
quiet = yes
END
(cat "$work/common.conf"; echo "train = $work/train.tsv") > "$work/train.conf"
(cat "$work/common.conf"; echo "corpus = $work/train.txt"; echo "allow-unknown = yes") > "$work/pretrain.conf"
cp "$work/train.conf" "$work/again.conf"
cp "$work/pretrain.conf" "$work/again-pretrain.conf"

# other_value COMMAND OPTION: another value for it than the runs here have; "-" for a flag
other_value() {
	case $2 in
	train | valid | test) if [ "$1" = pretrain ]; then echo "$work/other.txt"; else echo "$work/other.tsv"; fi ;;
	corpus) echo "$work/other.txt" ;;
	valid-split) echo 0.3 ;;
	valid-from) echo end ;;
	test-split) echo 0.2 ;;
	split-seed | seed) echo 7 ;;
	stratify | allow-unknown | log-details | baseline | calibrate | drop-duplicates | multi-label | quiet | whole-word | overwrite) echo - ;;
	init) echo "$work/start" ;;
	preset) echo mini ;;
	family) echo deberta-v2 ;;
	tokenizer) echo "$work/vocabulary-2000.spiece" ;;
	max-len) echo 20 ;;
	dropout | attention-dropout | classifier-dropout | mask) echo 0.2 ;;
	epochs) echo 4 ;;
	batch) echo 4 ;;
	accumulate | threads) echo 2 ;;
	lr) echo 2e-3 ;;
	decay) echo 0.2 ;;
	max-hours) echo 100 ;;
	ema) echo 0.9 ;;
	ngrams) echo 1-3 ;;
	ngram-c | ngram-least) echo 2 ;;
	ngram-buckets) echo 1000 ;;
	layers | heads) echo 1 ;;
	hidden | embedding) echo 64 ;;
	objective) echo rtd ;;
	generator-size) echo 0.5 ;;
	rtd-weight) echo 40 ;;
	optimizer) echo radam ;;
	radam-form) echo tfa ;;
	momentum | beta1) echo 0.8 ;;
	beta2) echo 0.99 ;;
	epsilon) echo 1e-6 ;;
	weight-decay | label-smoothing) echo 0.1 ;;
	schedule) echo cosine ;;
	warmup) echo 0.3 ;;
	clip) echo 0.5 ;;
	shuffle | quoting) echo no ;;
	patience) echo 1 ;;
	checkpoint-every) echo 2 ;;
	keep-checkpoints) echo 3 ;;
	log) echo "$work/elsewhere.jsonl" ;;
	tensorboard) echo "$work/board" ;;
	recipe) echo dialogue-7 ;;
	freeze) echo embeddings ;;
	layer-decay) echo 0.9 ;;
	loss) echo asl-single ;;
	focal-alpha) echo 0.5 ;;
	focal-gamma | asl-gamma-neg | asl-gamma-pos) echo 3 ;;
	asl-clip) echo 0.1 ;;
	asl-gradient) echo whole ;;
	class-weights) echo balanced ;;
	threshold) echo 0.4 ;;
	best-by) echo loss ;;
	text | pair) echo label ;;
	label) echo text ;;
	labels) echo 혐오,행복,중립,슬픔,분노,놀람,공포 ;;
	relabel) echo 분노=혐오 ;;
	drop-label) echo 중립 ;;
	undersample) echo 중립=3 ;;
	target) echo markers ;;
	cleansing) echo kc-2 ;;
	limit) echo 60 ;;
	bad-rows) echo skip ;;
	encoding) echo utf-8 ;;
	delimiter) echo '\t' ;;
	header) echo yes ;;
	sheet | skip-rows) echo 1 ;;
	isa) echo scalar ;;
	config) if [ "$1" = pretrain ]; then echo "$work/again-pretrain.conf"; else echo "$work/again.conf"; fi ;;
	esac
}

# options COMMAND: the names of its options, as its help tells them; of pretrain without the groups that train has, too
options() {
	"$NUNCHI" help "$1" | awk -v command="$1" '/^[A-Z].*:$/ { common = command == "pretrain" && /^(Training|Data|Everywhere|Other measures)/ }
		/^  --/ && !common { sub(/^  --/, ""); sub(/[^a-z0-9-].*/, ""); print }'
}

# interrupt FOLDER STEP: as if the run, which kept all its checkpoints, had been killed after that step
interrupt() {
	step=$1/checkpoint/step-$(printf %08d "$2")
	mv "$step.json" "$1/checkpoint/state.json"
	find "$1/checkpoint" -name 'step-*' ! -path "$step.safetensors" -exec rm {} +
}

fingerprint() { tail -n 1 "$1" | grep '^weights sha256 '; }

# try COMMAND OPTION: resumes the interrupted run with another value
try() {
	value=$(other_value "$1" "$2")
	if [ -z "$value" ]; then
		bad "--$2 is new: say in other_value what else it could be than what it is"
		return
	fi
	rm -rf "$work/trial" "$work/fresh"
	cp -r "$work/$1" "$work/trial"
	set -- "$1" "$2" "--$2=$value"
	[ "$value" = - ] && set -- "$1" "$2" "--$2"
	config=$work/$1.conf
	[ "$2" = config ] && config=$value && set -- "$1" "$2" --quiet
	run "$1" --config "$config" "$3" --resume --out "$work/trial"
	if [ "$status" -ne 0 ]; then
		refused="$refused $2"
		check "$1 --$2: refused in one line" test "$(grep -c '^nunchi: ' "$work/.err")" -eq 1
		check "$1 --$2: refused, so nothing is touched" diff -r "$work/$1" "$work/trial"
		return
	fi
	taken="$taken $2"
	fingerprint "$work/.out" > "$work/hash"
	run "$1" --config "$config" "$3" --out "$work/fresh"
	fingerprint "$work/.out" > "$work/fresh-hash"
	check "$1 $3, resumed: the weights of a fresh run with it" cmp "$work/hash" "$work/fresh-hash"
}

exits 0 '' -- train --config "$work/train.conf" --seed 5 --epochs 1 --out "$work/start"
for command in train pretrain; do
	exits 0 '' -- $command --config "$work/$command.conf" --keep-checkpoints 100 --out "$work/$command"
	interrupt "$work/$command" 12
	refused= taken=
	number=0 tried=0 held=0
	for option in $(options $command); do
		number=$((number + 1))
		checked && [ $((number % 8)) -ne 0 ] && continue # the walk is of options, not of memory: a few will do
		case $option in
		out | resume | help) ;;
		*)
			before=$failed tried=$((tried + 1))
			try $command $option
			[ $failed -ne $before ] || held=$((held + 1))
			;;
		esac
	done
	tally "options of a resumed $command" $tried $held
	checked && continue
	harmless="allow-unknown overwrite tensorboard"
	[ $command = train ] && harmless="$harmless bad-rows checkpoint-every config encoding isa keep-checkpoints log max-hours quiet threads"
	check "$command: some options are of no matter:$taken" test "$(for o in $harmless; do case " $taken " in *" $o "*) ;; *) echo "$o" ;; esac; done)" = ""
done

# --- what is said ---
exits 1 'checkpoint is of a run with other data or options \(--clip is 2, there it was 1\); use the same' -- train --config "$work/train.conf" --clip 2 --resume --out "$work/train"
exits 1 'part 0 of the rows, of which an epoch sees is 144, there it was 72' -- pretrain --config "$work/pretrain.conf" --corpus "$work/train.txt*2" --resume --out "$work/pretrain"
exits 1 'training rows differ' -- train --config "$work/train.conf" --split-seed 3 --resume --out "$work/train"
exits 1 'tokenizer files differ' -- train --config "$work/train.conf" --tokenizer "$work/vocabulary-2000.spiece" --limit 96 --resume --out "$work/train"
exits 1 '--freeze is "pooler", there it was not given' -- train --config "$work/train.conf" --freeze pooler --resume --out "$work/train"

# --- a step may be cut into other parts; a run whose rates do not depend on its end can be lengthened, not shortened ---
rm -rf "$work/trial"
cp -r "$work/train" "$work/trial"
exits 0 '' -- train --config "$work/train.conf" --batch 4 --accumulate 2 --resume --out "$work/trial"
fingerprint "$work/.out" > "$work/hash"
exits 0 '' -- fingerprint "$work/train"
check "batch 4 × accumulate 2 goes on with batch 8" cmp "$work/.out" "$work/hash"
steady="--config $work/train.conf --schedule constant --warmup 0"
exits 0 '' -- train $steady --epochs 2 --out "$work/steady"
exits 0 '' -- train $steady --epochs 4 --resume --out "$work/steady"
fingerprint "$work/.out" > "$work/hash"
exits 0 '' -- train $steady --epochs 4 --out "$work/steady-4"
check "lengthened from 2 epochs to 4: the weights of 4" sh -c "tail -n 1 '$work/.out' | cmp - '$work/hash'"
exits 1 'has done 36 steps already, and is to have 27; give more --epochs' -- train $steady --epochs 3 --resume --out "$work/steady"

# --- a folder that holds another model ---
cp -r "$work/start" "$work/kept"
exits 1 'kept holds a model already, of another run \(.*\); give another --out, or --overwrite' -- train --config "$work/train.conf" --out "$work/kept"
rm -r "$work/kept/checkpoint"
exits 1 'kept holds a model already, of another run' -- train --config "$work/train.conf" --resume --out "$work/kept"
check "refused, it is as it was" diff -r -x checkpoint "$work/start" "$work/kept"
exits 0 '' -- train --config "$work/train.conf" --seed 5 --epochs 1 --out "$work/kept"
check "the same run again needs no leave, and gives the same weights" cmp "$work/start/model.safetensors" "$work/kept/model.safetensors"
exits 1 'kept holds a model already' -- pretrain --config "$work/pretrain.conf" --out "$work/kept"
exits 0 '' -- train --config "$work/train.conf" --overwrite --out "$work/kept"
exits 0 '' -- fingerprint "$work/kept"
cp "$work/.out" "$work/hash"
exits 0 '' -- fingerprint "$work/train"
check "--overwrite replaces it" cmp "$work/.out" "$work/hash"
mkdir "$work/theirs"
cp "$work/start/config.json" "$work/start/model.safetensors" "$work/theirs"
exits 1 'theirs holds a model already; give another --out' -- train --config "$work/train.conf" --out "$work/theirs"

# --- a fresh start leaves no older checkpoint that a later --resume would take ---
rm -rf "$work/trial"
cp -r "$work/train" "$work/trial"
"$NUNCHI" train --config "$work/train.conf" --checkpoint-every 0 --epochs 3 --out "$work/trial" > /dev/null 2>&1 &
program=$!
tries=0
while [ -e "$work/trial/checkpoint/state.json" ] && [ $tries -lt 300 ]; do
	sleep 0.01
	tries=$((tries + 1))
done
kill -9 $program 2> /dev/null
wait $program 2> /dev/null
exits 0 '' -- train --config "$work/train.conf" --resume --out "$work/trial"
check "started afresh, killed, resumed: no NUL bytes in the log" sh -c "! LC_ALL=C grep -q '[^[:print:][:space:]]' '$work/trial/log.jsonl'"
check "and every epoch is in it" test "$(grep -c '"train_loss"' "$work/trial/log.jsonl")" -eq 3
check "and the weights are the run's" cmp "$work/trial/model.safetensors" "$work/train/model.safetensors"

# --- a state whose numbers are not those of such a run ---
# change_state CHANGE: the interrupted run in $work/trial, with other numbers in its state, and the checksum of these
change_state() {
	rm -rf "$work/trial"
	cp -r "$work/train" "$work/trial"
	sed "$1" "$work/train/checkpoint/state.json" | sed '$d' | sed '$d' > "$work/numbers"
	(cat "$work/numbers"; printf '"sha256": "%s"\n}\n' "$(sha256sum < "$work/numbers" | cut -c 1-64)") > "$work/trial/checkpoint/state.json"
	check "the change $1 is one" sh -c "! cmp -s '$work/trial/checkpoint/state.json' '$work/train/checkpoint/state.json'"
}
for change in 's/"epoch": 2/"epoch": 0/' 's/"epoch": 2/"epoch": 1/' 's/"epoch": 2/"epoch": 99/' 's/"epoch": 2/"epoch": 1e300/' 's/"epoch": 2/"epoch": 1.5/' \
	's/"done": 3/"done": 1000/' 's/"done": 3/"done": -1/' 's/"steps": 12/"steps": 13/' 's/"best_epoch": 1/"best_epoch": 2/' 's/"since_best": 0/"since_best": 1/' \
	's/"log_bytes": [0-9]*/"log_bytes": 2e16/' 's/"has_best": true/"has_best": false/' 's/^\[1, 1/[2, 1/' 's/"loss_sum": /"loss_sum": "x/;s/^\("loss_sum": "x[^,]*\)/\1"/'; do
	change_state "$change"
	exits 1 'checkpoint/state.json: (its numbers are not those|names no schedule)' -- train --config "$work/train.conf" --resume --out "$work/trial"
done
# a log of 20 GB may have been there: what is there now counts, and nothing is filled up
change_state 's/"log_bytes": [0-9]*/"log_bytes": 20000000000/'
exits 0 '' -- train --config "$work/train.conf" --resume --out "$work/trial"
check "the weights are the run's" cmp "$work/trial/model.safetensors" "$work/train/model.safetensors"
check "and the log is not of the length that it was said to have" test "$(wc -c < "$work/trial/log.jsonl")" -lt 1000000

# --- two at once ---
"$NUNCHI" train --config "$work/train.conf" --epochs 1000 --checkpoint-every 0 --out "$work/busy" > /dev/null 2>&1 &
program=$!
tries=0
while [ ! -e "$work/busy/log.jsonl" ] && [ $tries -lt 300 ]; do
	sleep 0.02
	tries=$((tries + 1))
done
exits 1 "busy: process $program is writing into this folder" -- train --config "$work/train.conf" --epochs 1000 --out "$work/busy"
kill -9 $program
wait $program 2> /dev/null
exits 0 '' -- train --config "$work/train.conf" --overwrite --out "$work/busy"
check "who was killed holds no lock" test ! -e "$work/busy/.lock"
finish
