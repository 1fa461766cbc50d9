# What a power failure leaves depends on the order in which files come to the disk. Each command tells its order (tests/faults/order.c), and each step is held against the rules:
# a file is on the disk before it gets its name; a checkpoint is not told of before its weights and the log that it counts on are there; a change's files are not moved before the
# change itself is certain, nor is anything thrown away before they are; and in the end each new name, of folders too, is certain.
. "$(dirname "$0")/lib.sh"

if ! preload order || ! [ -e /proc/self/fd/0 ]; then
	skip "no shared library can be put before the program here"
	finish
fi
work=$(realpath "$work")

# hold ORDER: the steps that are held against a rule, how many held; the others, a line each
hold() {
	awk '
		function parent(path) { sub(/\/[^\/]*$/, "", path); return path }
		function take_along(set, from, to,    path, count, list) { # what is in a folder goes with it
			for (path in set) if (index(path "/", from "/") == 1) list[++count] = path
			for (; count > 0; count--) { delete set[list[count]]; set[to substr(list[count], length(from) + 1)] = 1 }
		}
		function rule(holds, says) { tried++; if (holds) held++; else print says ": " $0 }
		$1 == "folder" { named[parent($2)] = unsure[parent($2)] = 1; folders[$2] = 1 }
		$1 == "sync" { sure[$2] = 1; delete unsure[$2]; delete removed[$2]; delete committed[$2] }
		$1 == "remove" {
			if ($2 ~ /\/\.saved\//) { out = $2; sub(/\/\.saved\/.*/, "", out); rule(!(out in unsure) && !(out in removed), "thrown away before the new files were in their places") }
			removed[parent($2)] = 1
		}
		$1 == "rename" {
			out = parent($3)
			if ($2 in folders) {
				certain = 1
				for (path in unsure) if (index(path "/", $2 "/") == 1) certain = 0
				rule(certain, "a change whose files are not all on the disk")
				take_along(sure, $2, $3)
				take_along(folders, $2, $3)
				if ($3 ~ /\/\.saved$/) committed[out] = 1
			} else rule($2 in sure, "a name before there is a file on the disk")
			if ($2 ~ /\/\.saved\/[^\/]*$/) rule(!(out in committed), "moved before the change was certain")
			if ($3 ~ /\/checkpoint\/state\.json$/) {
				rule(!(out in unsure), "a checkpoint before its files have their names")
				rule((parent(out) "/log.jsonl") in sure, "a checkpoint before the log that it counts on is on the disk")
				delete sure[parent(out) "/log.jsonl"]
			}
			sure[$3] = 1
			named[out] = unsure[out] = 1
		}
		END {
			$0 = ""
			for (path in named) if (path !~ /\/\.(new|saved)(\/|$)/) rule(!(path in unsure), "names that are not certain in the end in " path)
			print tried + 0, held + 0
		}' "$1"
}

# ordered NAME FEWEST arguments...: the command is done, and of its steps, of which at least so many are looked at, each holds
ordered() {
	name=$1 fewest=$2
	shift 2
	rm -f "$work/order"
	ORDER="$work/order" LD_PRELOAD="$work/order.so" timeout 100 "$NUNCHI" "$@" --quiet > "$work/.out" 2> "$work/.err" < /dev/null
	check "$name is done" test $? -eq 0
	hold "$work/order" > "$work/.out"
	: > "$work/.err"
	tally "the order of $name" $(tail -n 1 "$work/.out")
	check "$name: at least $fewest steps are looked at" test "$(tail -n 1 "$work/.out" | cut -d ' ' -f 1)" -ge "$fewest"
}

head -n 65 data/course.tsv > "$work/rows.tsv"
cut -f 1 "$work/rows.tsv" > "$work/texts.txt"
small="--preset tiny --layers 1 --hidden 32 --tokenizer $work/ko.model --allow-unknown --max-len 16 --epochs 2 --lr 1e-3 --threads 1 --checkpoint-every 1"
ordered "tokenizer train" 2 tokenizer train --input data/course.tsv --vocab-size 1500 --bert-specials --out "$work/ko.model"
ordered "train, to new folders" 40 train --train "$work/rows.tsv" --valid-split 0.25 $small --out "$work/new/one/model"
ordered "train, over another model" 40 train --train "$work/rows.tsv" --valid-split 0.25 $small --seed 9 --overwrite --out "$work/new/one/model"
cp -r "$work/new/one/model" "$work/model"
ordered "train, n-grams" 10 train --train "$work/rows.tsv" --preset ngram --threads 1 --overwrite --out "$work/model"
ordered "pretrain with a generator" 40 pretrain --corpus "$work/texts.txt" --objective rtd $small --out "$work/new/two"
ordered convert 10 convert --from "$work/new/one/model" --to "$work/new/three/model" --type f16
ordered "convert, over another model" 10 convert --from "$work/new/one/model" --to "$work/new/three/model"
ordered ensemble 10 ensemble --model "$work/new/one/model" --model "$work/new/three/model" --save "$work/new/four"
ordered split 4 split --data "$work/rows.tsv" --test-split 0.2 --out-dir "$work/new/five/parts"
ordered sweep 40 sweep --train "$work/rows.tsv" --valid-split 0.25 $small --set batch=10,30 --out "$work/new/six"
cd "$work" || exit 2
ordered "train, to a folder beside" 20 train --train rows.tsv --valid-split 0.25 $small --out seven
finish
