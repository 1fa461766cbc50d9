/* Sweeps: cells of grids and of random search, halving's plan, and the table and plot of what came out. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "report/sweep_report.h"
#include "test.h"
#include "train/sweep.h"

#define VALUES(...) .values = {(const char *const[]){__VA_ARGS__}, sizeof(const char *const[]){__VA_ARGS__} / sizeof(char *)}

TEST(grid)
{
	const nch_axis axes[] = {{.name = "batch", VALUES("16", "32")}, {.name = "optimizer", VALUES("adamw", "sgd", "adam")}};
	static const char *const wanted[][2] = {{"16", "adamw"}, {"16", "sgd"}, {"16", "adam"}, {"32", "adamw"}, {"32", "sgd"}, {"32", "adam"}};
	nch_sweep sweep = {.axes = {axes, 2}};
	CHECK(nch_sweep_grid(&sweep, NULL) == NCH_OK && sweep.cell_count == 6);
	for (size_t i = 0; i < sweep.cell_count; i++)
		for (size_t a = 0; a < 2; a++)
			CHECK_TEXT(nch_sweep_value(&sweep, i, a), wanted[i][a]);
	nch_sweep_free(&sweep);
}

TEST(random_search)
{
	const nch_axis batch = {.name = "batch", VALUES("1", "2", "3", "4", "5")};
	const nch_axis axes[] = {batch, {.name = "lr", .range = true, .low = 1e-5, .high = 1e-3}}, finite[] = {batch, {.name = "seed", VALUES("1", "2", "3", "4")}};
	nch_sweep first = {.axes = {axes, 2}}, second = first, other = first, few = {.axes = {finite, 2}}, all = few;
	CHECK(nch_sweep_random(&first, 50, 7, NULL) == NCH_OK && nch_sweep_random(&second, 50, 7, NULL) == NCH_OK);
	CHECK(nch_sweep_random(&other, 50, 8, NULL) == NCH_OK && first.cell_count == 50);
	size_t differ = 0, low = 0;
	for (size_t i = 0; i < 50; i++) {
		double rate = strtod(nch_sweep_value(&first, i, 1), NULL);
		CHECK(rate >= 1e-5 && rate <= 1e-3);
		low += rate < 1e-4; /* half of them, on a logarithmic scale */
		CHECK_TEXT(nch_sweep_value(&first, i, 1), nch_sweep_value(&second, i, 1));
		differ += strcmp(nch_sweep_value(&first, i, 1), nch_sweep_value(&other, i, 1)) != 0;
	}
	CHECK(differ > 40 && low > 12 && low < 38);
	CHECK(nch_sweep_random(&few, 15, 1, NULL) == NCH_OK && few.cell_count == 15);
	for (size_t i = 0; i < 15; i++)
		for (size_t k = 0; k < i; k++)
			CHECK(strcmp(nch_sweep_value(&few, i, 0), nch_sweep_value(&few, k, 0)) != 0 || strcmp(nch_sweep_value(&few, i, 1), nch_sweep_value(&few, k, 1)) != 0);
	CHECK(nch_sweep_random(&all, 99, 1, NULL) == NCH_OK && all.cell_count == 20);
	CHECK_TEXT(nch_sweep_value(&all, 19, 1), "4"); /* the grid, in its order */
	nch_sweep_free(&first);
	nch_sweep_free(&second);
	nch_sweep_free(&other);
	nch_sweep_free(&few);
	nch_sweep_free(&all);
}

TEST(refused)
{
	const nch_axis axes[] = {{.name = "a", .range = true, .low = 1.0, .high = 2.0}};
	nch_sweep range = {.axes = {axes, 1}}, none = {0};
	CHECK(nch_sweep_grid(&range, NULL) == NCH_USAGE);
	CHECK(nch_sweep_grid(&none, NULL) == NCH_USAGE);
	nch_sweep_free(&range);
	nch_sweep_free(&none);
}

TEST(halving)
{
	CHECK(nch_halving_rungs(1) == 1 && nch_halving_rungs(2) == 2 && nch_halving_rungs(8) == 4 && nch_halving_rungs(9) == 5);
	CHECK(nch_halving_cells(9, 0) == 9 && nch_halving_cells(9, 1) == 5 && nch_halving_cells(9, 2) == 3 && nch_halving_cells(9, 3) == 2 && nch_halving_cells(9, 4) == 1);
	CHECK(nch_halving_epochs(16, 4, 3) == 16 && nch_halving_epochs(16, 4, 2) == 8 && nch_halving_epochs(16, 4, 0) == 2);
	CHECK(nch_halving_epochs(3, 4, 0) == 1);
}

TEST(report)
{
	static const char *const axes[] = {"lr", "발화"}, *const one[] = {"1e-3", "예"}, *const two[] = {"5e-5", "아니요"};
	const nch_sweep_row rows[] = {{0, 0, 4, 3, one, {.5, 1.25, .25, .75}}, {1, 0, 4, 4, two, {.5, 1.0, .5, .625}}, {2, 0, 4, 4, two, {NAN, NAN, NAN, NAN}}};
	nch_sweep_table table = {axes, 2, rows, 3, 3, false};
	size_t order[3];
	nch_buffer out = {0};
	nch_sweep_rank(&table, order);
	CHECK(order[0] == 0 && order[1] == 1 && order[2] == 2);
	table.by = 1;
	nch_sweep_rank(&table, order);
	CHECK(order[0] == 1 && order[1] == 0 && order[2] == 2);
	table.by = 0;
	nch_sweep_rank(&table, order);
	CHECK(order[0] == 0 && order[1] == 1); /* equal: the earlier job */
	nch_sweep_tsv(&table, &out);
	CHECK(strncmp(out.data, "job\tlr\t발화\tepochs\tbest_epoch\taccuracy\tloss\tmacro_f1\tmicro_f1\n0\t1e-3\t예\t4\t3\t0.5\t1.25\t0.25\t0.75\n", strlen("job\tlr\t발화\tepochs\tbest_epoch\taccuracy\tloss\tmacro_f1\tmicro_f1\n0\t1e-3\t예\t4\t3\t0.5\t1.25\t0.25\t0.75\n")) == 0);
	nch_buffer_clear(&out);
	nch_sweep_text(&table, order, &out);
	CHECK(strstr(out.data, "아니요  4/4        0.5000") != NULL);
	nch_buffer_clear(&out);
	nch_sweep_svg(&table, &out);
	CHECK(!out.failed && strncmp(out.data, "<svg", 4) == 0 && strstr(out.data, "</svg>") != NULL && strstr(out.data, "nan") == NULL);
	CHECK(strstr(out.data, ">5e-5<") < strstr(out.data, ">1e-3<")); /* by number */
	nch_buffer_free(&out);
}

int main(void)
{
	RUN(grid);
	RUN(random_search);
	RUN(refused);
	RUN(halving);
	RUN(report);
	return test_end();
}
