# nunchi - build rules. `make help` lists the targets.
#
# Objects go to $(BUILD), one tree for each set of flags (the stamp below rebuilds all when they change). Kernels that are
# written on v16 are compiled once for each instruction set, with its flags; nothing else gets an ISA flag, so that
# the program runs on any machine of its architecture and chooses at run time.

CC      ?= cc
BUILD   ?= build
PREFIX  ?= /usr/local
CFLAGS  ?= -O2 -g
SANITIZE ?=

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes -Werror
ALL_CFLAGS = -std=c11 $(WARNINGS) -ffp-contract=off -fno-math-errno -D_XOPEN_SOURCE=700 -D_FILE_OFFSET_BITS=64 \
             -I. -Isrc $(CFLAGS) $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all -DNCH_SMALL_CODE)
ALL_LDFLAGS = $(LDFLAGS) $(if $(SANITIZE),-fsanitize=$(SANITIZE))
LDLIBS  = -lm -pthread
MACHINE := $(shell $(CC) -dumpmachine)
ifeq ($(origin AR),default)
AR := $(shell $(CC) -print-prog-name=ar)
endif

# --- what the system of the target asks for ---
SYSTEM := $(if $(findstring mingw,$(MACHINE)),windows,$(if $(findstring wasm,$(MACHINE)),wasm,posix))
ifeq ($(SYSTEM),windows)
# One file that needs no library beside the system's; C11's printf; an exact fma (see kernels/fma.h). gcc keeps the stack at 16 bytes there, so that wide
# registers must be stored and loaded without an alignment.
EXE := .exe
ALL_CFLAGS += -D__USE_MINGW_ANSI_STDIO=1 -DNCH_OWN_FMA
ALL_LDFLAGS += -static -Wl,--no-insert-timestamp
LDLIBS += -lws2_32
TEST_FLAGS := -include tests/windows/posix.h
WIDE_FLAGS := -Wa,-muse-unaligned-vector-move
else ifeq ($(SYSTEM),posix)
# The same objects make program, archive and shared library, so they must run wherever they are loaded; most compilers see to that unasked.
ifeq (__PIE__,$(shell echo __PIE__ | $(CC) -E -P -x c - 2> /dev/null))
ALL_CFLAGS += -fPIE
endif
endif

# --- which instruction sets this compiler can make ---
ifneq (,$(findstring x86_64,$(MACHINE)))
ISAS := scalar avx2 avx512
else ifneq (,$(findstring aarch64,$(MACHINE))$(findstring arm64,$(MACHINE)))
ISAS := scalar neon
else
ISAS := scalar
endif
FLAGS_scalar := $(if $(SANITIZE),-fno-inline) # else the checks on inlined arrays take minutes to compile
FLAGS_avx2   := $(if $(SANITIZE),,-O3) -mavx2 -mfma $(WIDE_FLAGS)
FLAGS_avx512 := $(if $(SANITIZE),,-O3) -mavx512f -mavx512dq -mavx512bw -mavx512vl -mavx2 -mfma $(WIDE_FLAGS)
FLAGS_neon   := $(if $(SANITIZE),,-O3)

# products of bytes (kernels/int8.c) are compiled once more for each set whose processors may have an instruction for them, if this compiler knows it
has_flag = $(shell $(CC) $(1) -x c -S -o /dev/null /dev/null 2> /dev/null && echo yes)
INT8_EXTRA :=
ifneq (,$(findstring x86_64,$(MACHINE)))
INT8_EXTRA := $(if $(call has_flag,-mavxvnni),avx2_vnni) avx512_vnni
else ifneq (,$(findstring aarch64,$(MACHINE))$(findstring arm64,$(MACHINE)))
INT8_EXTRA := neon_dot
endif
FLAGS_avx2_vnni   := $(FLAGS_avx2) -mavxvnni -DNCH_ISA_avx2=1 -DNCH_VNNI
FLAGS_avx512_vnni := $(FLAGS_avx512) -mavx512vnni -DNCH_ISA_avx512=1 -DNCH_VNNI
FLAGS_neon_dot    := $(FLAGS_neon) -march=armv8.2-a+dotprod -DNCH_ISA_neon=1 -DNCH_DOT

# --- what make says: a short line a file; V=1 shows the commands, -s says nothing ---
QUIET := $(if $(filter 1,$(V)),,@)
SAY := $(if $(filter 1,$(V))$(findstring s,$(firstword -$(MAKEFLAGS))),@:,@echo)

# --- what is compiled: of the files that know the system, those of this one ---
OTHER_SYSTEM := $(filter-out src/base/os_$(SYSTEM)%,$(wildcard src/base/os_*.c))
THREADS := kernels/threads$(if $(filter wasm,$(SYSTEM)),_alone).c
KERNEL_ONCE := kernels/dispatch.c $(THREADS) kernels/math.c kernels/sizes.c
KERNEL_ISA  := $(filter-out $(KERNEL_ONCE) kernels/threads%,$(wildcard kernels/*.c))
LIB_SOURCES := $(wildcard $(KERNEL_ONCE)) $(wildcard tokenizer/*.c tokenizer/*/*.c) $(filter-out src/cli/% $(OTHER_SYSTEM),$(wildcard src/*.c src/*/*.c src/*/*/*.c))
CLI_SOURCES := $(wildcard src/cli/*.c src/cli/*/*.c)
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/trace_page.o $(foreach isa,$(ISAS),$(KERNEL_ISA:%.c=$(BUILD)/%.$(isa).o)) \
               $(INT8_EXTRA:%=$(BUILD)/kernels/int8.%.o)
CLI_OBJECTS := $(CLI_SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/recipes.o
# where one can be made: not of a checked or a static program, and not for Windows or a page
INSTALL_SHARED := $(if $(filter posix,$(SYSTEM)),$(if $(SANITIZE)$(findstring -static,$(LDFLAGS)),,$(BUILD)/libnunchi.so))
UNIT_TESTS  := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%$(EXE),$(filter-out $(if $(filter windows,$(SYSTEM)),%_posix_test.c),$(wildcard tests/unit/*_test.c)))
EXERCISE_PROGRAMS := $(BUILD)/tests/exercises/holes$(EXE) $(BUILD)/tests/exercises/solutions$(EXE)

.PHONY: all shared static page dist install-share unit-tests test faults demo install uninstall clean help
all: $(BUILD)/nunchi$(EXE) $(BUILD)/libnunchi.a

$(BUILD)/nunchi$(EXE): $(CLI_OBJECTS) $(BUILD)/libnunchi.a
	$(SAY) 'LD $@'
	$(QUIET)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(CLI_OBJECTS) $(BUILD)/libnunchi.a $(LDLIBS)

$(BUILD)/libnunchi.a: $(LIB_OBJECTS)
	@rm -f $@
	$(SAY) 'AR $@'
	$(QUIET)$(AR) rcs $@ $(LIB_OBJECTS)

# What other languages load. It shows the functions of src/nunchi.h and hides all others: these two lists are one.
shared: $(BUILD)/libnunchi.so
APPLE := $(findstring darwin,$(MACHINE))$(findstring macos,$(MACHINE))
SHOW_ONLY := $(if $(APPLE),-Xlinker -exported_symbols_list -Xlinker ,-Wl,--version-script=)
$(BUILD)/libnunchi.so: $(BUILD)/src/nunchi.o $(BUILD)/libnunchi.a src/nunchi.h
	$(SAY) 'LD $@'
ifneq ($(APPLE),)
	@sed -n 's/^[a-z].*[ *]\(nch_[a-z_]*\)(.*/_\1/p' src/nunchi.h > $@.map
else
	@{ echo '{ global:'; sed -n 's/^[a-z].*[ *]\(nch_[a-z_]*\)(.*/\1;/p' src/nunchi.h; echo 'local: *; };'; } > $@.map
endif
	$(QUIET)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -shared $(SHOW_ONLY)$@.map -o $@.new $(BUILD)/src/nunchi.o $(BUILD)/libnunchi.a $(LDLIBS) && mv $@.new $@

# All of the commands but main, for programs of the tests that call one of their functions.
$(BUILD)/libcommands.a: $(filter-out $(BUILD)/src/cli/main.o,$(CLI_OBJECTS))
	@rm -f $@
	$(SAY) 'AR $@'
	$(QUIET)$(AR) rcs $@ $^

# The stamp changes when the compiler or a flag does; every object depends on it.
$(BUILD)/flags: force
	@mkdir -p $(BUILD)
	@echo '$(CC) $(ALL_CFLAGS) $(ISAS) $(KERNEL_EXTRA)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS) $(ISAS) $(KERNEL_EXTRA)' > $@
.PHONY: force

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(SAY) 'CC $<'
	$(QUIET)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# the one file with variables of a thread: clang would reach them in a way that only a program may
ifeq ($(SYSTEM),posix)
$(BUILD)/kernels/threads.o: private ALL_CFLAGS += -fPIC
endif

# where the default model lies once it is installed: known to one file, which is made anew for another PREFIX
$(BUILD)/src/cli/default_model.o: ALL_CFLAGS += -DNCH_SHARE='"$(PREFIX)/share/nunchi"'
$(BUILD)/src/cli/default_model.o: $(BUILD)/prefix
$(BUILD)/prefix: force
	@mkdir -p $(BUILD)
	@echo '$(PREFIX)' | cmp -s - $@ || echo '$(PREFIX)' > $@

# KERNEL_EXTRA: further flags for kernels alone, such as -fno-sanitize=all where their checks take a compiler minutes.
# kernels/gemm.c -> gemm.scalar.o gemm.avx2.o gemm.avx512.o: the same source, NCH_ISA says for which set
define ISA_RULE
$(BUILD)/kernels/%.$(1).o: kernels/%.c $(BUILD)/flags
	@mkdir -p $$(@D)
	$$(SAY) 'CC $$< ($(1))'
	$$(QUIET)$$(CC) $$(ALL_CFLAGS) $$(FLAGS_$(1)) $$(KERNEL_EXTRA) -DNCH_ISA=$(1) -DNCH_ISA_$(1)=1 -MMD -MP -c -o $$@ $$<
endef
$(foreach isa,$(ISAS) $(INT8_EXTRA),$(eval $(call ISA_RULE,$(isa))))
$(BUILD)/kernels/dispatch.o: ALL_CFLAGS += $(INT8_EXTRA:%=-DNCH_HAS_%)

# --- the recipes, inside the program: each file of data/recipes as a C string ---
RECIPES := $(sort $(wildcard data/recipes/*.conf))
$(BUILD)/recipes.c: $(RECIPES) Makefile
	@mkdir -p $(@D)
	@{ echo '#include "cli/recipe.h"'; echo 'const nch_recipe nch_recipes[] = {'; \
	for file in $(RECIPES); do \
		echo "{\"$$(basename $$file .conf)\", \"$$file\","; sed -e 's/[\\"?]/\\&/g' -e 's/.*/"&\\n"/' $$file; echo '},'; \
	done; echo '{0}};'; } > $@.new && mv $@.new $@

$(BUILD)/recipes.o: $(BUILD)/recipes.c $(BUILD)/flags
	$(SAY) 'CC $<'
	$(QUIET)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# --- the page of nunchi trace, inside the library: its script and its style, a C string a line ---
$(BUILD)/trace_page.c: src/apps/trace_page.js src/apps/trace_page.css Makefile
	@mkdir -p $(@D)
	@{ echo '#include <stddef.h>'; echo '#include "apps/trace_page.h"'; \
	for part in script:js style:css; do \
		echo "const char *const nch_trace_page_$${part%:*}[] = {"; \
		sed -e 's/[\\"?]/\\&/g' -e 's/\t/\\t/g' -e 's/.*/"&\\n",/' src/apps/trace_page.$${part#*:}; echo 'NULL};'; \
	done; } > $@.new && mv $@.new $@

$(BUILD)/trace_page.o: $(BUILD)/trace_page.c $(BUILD)/flags
	$(SAY) 'CC $<'
	$(QUIET)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# --- tests ---
$(BUILD)/tests/unit/%$(EXE): tests/unit/%.c $(BUILD)/libnunchi.a $(BUILD)/flags
	@mkdir -p $(@D)
	$(SAY) 'CC $<'
	$(QUIET)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -MF $@.d -Itests $(TEST_FLAGS) -o $@ $< $(filter %/libcommands.a,$^) $(BUILD)/libnunchi.a $(LDLIBS)

# what asks the commands themselves
$(BUILD)/tests/unit/help_test$(EXE) $(BUILD)/tests/unit/parse_test$(EXE): $(BUILD)/libcommands.a

# One file that runs on any Linux: musl, whose functions come along.
static:
	$(MAKE) BUILD=build/static CC="$(or $(STATIC_CC),musl-gcc)" LDFLAGS="$(LDFLAGS) -static" all

# A page in the browser: the library as WebAssembly, and a model's files, in one file that needs no server. MODEL=folder; else the default model.
MODEL ?= data/model
PAGE_CC ?= clang --target=wasm32-wasi -msimd128 -DNCH_OWN_FMA -D_WASI_EMULATED_SIGNAL
PAGE_AR ?= llvm-ar # binutils make no index of such objects
PAGE_EXPORTS := nch_page_open nch_page_ask nch_page_look nch_page_trace nch_page_book nch_page_answer
page:
	$(MAKE) BUILD=build/page CC="$(PAGE_CC)" AR=$(PAGE_AR) build/page/libnunchi.a
	$(PAGE_CC) -O2 -mexec-model=reactor -Wl,--strip-all -Wl,-z,stack-size=1048576 $(PAGE_EXPORTS:%=-Wl,--export=%) -o build/page/nunchi.wasm \
		build/page/src/page/page.o build/page/src/base/os_wasm.o build/page/libnunchi.a -lm
	sh src/page/make build/page/nunchi.wasm $(MODEL) > build/page/index.html.new && mv build/page/index.html.new build/page/index.html

unit-tests: $(UNIT_TESTS) $(EXERCISE_PROGRAMS)

test: all $(INSTALL_SHARED) $(UNIT_TESTS) $(EXERCISE_PROGRAMS)
	@BUILD=$(BUILD) sh tests/run

faults: all
	@BUILD=$(BUILD) sh tests/faults/run

# --- exercises: `make exercise-7` checks number 7; EXERCISES=folder for files elsewhere, LEARNER=name for the receipt ---
EXERCISES ?= tests/exercises
EXERCISE_CHECKS := $(wildcard tests/exercises/check*.c)
EXERCISE_FLAGS = -Wno-error -Itests

$(BUILD)/tests/exercises/holes$(EXE): $(EXERCISE_CHECKS) $(wildcard tests/exercises/*.h tests/exercises/[0-9]*.c) $(BUILD)/libnunchi.a
	@mkdir -p $(@D)
	$(SAY) 'CC $@'
	$(QUIET)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(EXERCISE_FLAGS) -o $@ $(EXERCISE_CHECKS) $(wildcard tests/exercises/[0-9]*.c) $(BUILD)/libnunchi.a $(LDLIBS)

$(BUILD)/tests/exercises/solutions$(EXE): $(EXERCISE_CHECKS) $(wildcard tests/exercises/*.h tests/exercises/solutions/*.c) $(BUILD)/libnunchi.a
	@mkdir -p $(@D)
	$(SAY) 'CC $@'
	$(QUIET)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(EXERCISE_FLAGS) -o $@ $(EXERCISE_CHECKS) $(wildcard tests/exercises/solutions/*.c) $(BUILD)/libnunchi.a $(LDLIBS)

exercise-%: $(BUILD)/libnunchi.a force
	@mkdir -p $(BUILD)/exercises
	@$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(EXERCISE_FLAGS) -o $(BUILD)/exercises/check$(EXE) $(EXERCISE_CHECKS) $(EXERCISES)/[0-9]*.c $(BUILD)/libnunchi.a $(LDLIBS)
	@LEARNER='$(LEARNER)' $(BUILD)/exercises/check$(EXE) $*

demo: all
	@BUILD=$(BUILD) sh data/demo

# what is the same for every system: man page, completions (made by a program that runs here), recipes, the default model where it is there
COMPLETER ?= $(BUILD)/nunchi$(EXE)
SHARE = $(DESTDIR)$(PREFIX)/share
BASH_COMPLETION = $(SHARE)/bash-completion/completions/nunchi
ZSH_COMPLETION = $(SHARE)/zsh/site-functions/_nunchi
FISH_COMPLETION = $(SHARE)/fish/vendor_completions.d/nunchi.fish
install-share:
	install -d $(SHARE)/man/man1 $(SHARE)/nunchi/recipes $(dir $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION))
	install -m 644 docs/nunchi.1 $(SHARE)/man/man1/nunchi.1
	install -m 644 data/recipes/*.conf $(SHARE)/nunchi/recipes
	$(COMPLETER) help --completion bash > $(BASH_COMPLETION)
	$(COMPLETER) help --completion zsh > $(ZSH_COMPLETION)
	$(COMPLETER) help --completion fish > $(FISH_COMPLETION)
	@for model in $(wildcard data/model*); do \
		cp -R $$model $(SHARE)/nunchi/ && chmod -R u=rwX,go=rX $(SHARE)/nunchi/$$(basename $$model) || exit 1; \
	done

install: all $(INSTALL_SHARED) install-share
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib $(DESTDIR)$(PREFIX)/include
	install -m 755 $(BUILD)/nunchi$(EXE) $(DESTDIR)$(PREFIX)/bin/nunchi$(EXE)
	install -m 644 $(BUILD)/libnunchi.a $(DESTDIR)$(PREFIX)/lib/libnunchi.a
	$(if $(INSTALL_SHARED),install -m 755 $(BUILD)/libnunchi.so $(DESTDIR)$(PREFIX)/lib/libnunchi.so)
	install -m 644 src/nunchi.h $(DESTDIR)$(PREFIX)/include/nunchi.h

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/nunchi$(EXE) $(DESTDIR)$(PREFIX)/lib/libnunchi.a $(DESTDIR)$(PREFIX)/lib/libnunchi.so \
	      $(DESTDIR)$(PREFIX)/include/nunchi.h \
	      $(SHARE)/man/man1/nunchi.1 $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION)
	rm -rf $(SHARE)/nunchi

# build/dist: archives for Linux and Windows and a .deb, as far as there are compilers for them
dist: all
	sh .ci/package build/dist

clean:
	rm -rf $(BUILD)

help:
	@echo 'make            the program (build/nunchi) and the library (build/libnunchi.a)'
	@echo 'make shared     build/libnunchi.so: the library for other languages (docs/library.md)'
	@echo 'make demo       build; the default model answers, learns, is measured beside others, answers again'
	@echo 'make test       build and run all tests; one of them: make unit-tests && sh tests/run PATTERN'
	@echo 'make faults     break what can break, and count what held (docs/reliability.md)'
	@echo 'make static     build/static/nunchi: one file that runs on any Linux (musl)'
	@echo 'make CC=x86_64-w64-mingw32-gcc BUILD=build/windows    nunchi.exe'
	@echo 'make exercise-7 check your solution of exercise 7 (docs/syllabus.md); EXERCISES=folder LEARNER=name'
	@echo 'make page       build/page/index.html: one page that answers in a browser; MODEL=folder'
	@echo 'make install    PREFIX=/usr/local: program, libraries, nunchi.h, man page, completions, recipes, model'
	@echo 'make dist       build/dist: archives for Linux and Windows, and a .deb'
	@echo 'make uninstall  remove what install put there'
	@echo 'make clean      remove build/'
	@echo 'Variables: V=1 (show the commands)  CC=clang  CFLAGS="-O2 -g"  BUILD=build  SANITIZE=address,undefined  DESTDIR='

-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)
