/* Every loss and its gradient against PyTorch's in double (tests/golden/losses.py), within 1e-6, and against finite differences. */
#include <math.h>

#include "base/memory.h"
#include "nn/tape.h"
#include "test.h"

#include "golden/losses_golden.h"

static nch_compute *compute;
static nch_tape *tape;

/* The loss op on the golden logits: value and gradient, of rows [0, rows) with the scale of the whole. */
static double run_op(const struct loss_case *c, float *gradient)
{
	static float data[LOSS_ROWS * LOSS_LABELS];
	nch_tensor logits = {.data = data, .grad = gradient, .rows = LOSS_ROWS, .columns = LOSS_LABELS, .wants_grad = true};
	const nch_step step = {.record = true};
	double sum = 0.0;
	memcpy(data, loss_logits, sizeof data);
	nch_loss loss = {.kind = c->kind, .target = loss_targets, .goals = c->goals ? loss_goals : NULL, .weight = c->weighted ? loss_weights : NULL,
	                 .smoothing = c->smoothing, .shape = c->shape, .scale = 1.0 / (LOSS_ROWS * (nch_loss_has_cells(c->kind) ? LOSS_LABELS : 1)), .sum = &sum};
	CHECK(nch_tape_begin(tape, &step, NULL) == NCH_OK);
	nch_loss_op(tape, &logits, &loss);
	CHECK(nch_tape_check(tape, NULL) == NCH_OK);
	CHECK(nch_tape_backward(tape, NULL) == NCH_OK);
	return sum;
}

TEST(as_pytorch)
{
	CHECK(nch_compute_new(1, NULL, 64, 64, &compute, NULL) == NCH_OK);
	CHECK(nch_tape_new(compute, &tape, NULL) == NCH_OK);
	for (size_t i = 0; i < sizeof loss_cases / sizeof *loss_cases; i++) {
		const struct loss_case *c = &loss_cases[i];
		float gradient[LOSS_ROWS * LOSS_LABELS];
		double value = run_op(c, gradient), worst = fabs(value - c->value);
		for (size_t e = 0; e < LOSS_ROWS * LOSS_LABELS; e++) {
			double error = fabs((double)gradient[e] - c->gradient[e]);
			worst = error > worst || isnan(error) ? error : worst;
		}
		if (!(worst <= 1e-6))
			printf("  case %zu (%s): off by %.3g\n", i, nch_loss_name(c->kind), worst);
		CHECK(worst <= 1e-6);
	}
	nch_tape_free(tape);
	nch_compute_free(compute);
}

/* In double the cell's value and slope are held tighter than floats allow. */
TEST(cells_in_double)
{
	for (size_t i = 0; i < sizeof loss_cases / sizeof *loss_cases; i++) {
		const struct loss_case *c = &loss_cases[i];
		const double cells = LOSS_ROWS * LOSS_LABELS;
		const double smoothing = round((double)c->smoothing * 100.0) / 100.0; /* what the float stands for */
		double sum = 0.0, slope;
		if (!nch_loss_has_cells(c->kind))
			continue;
		for (size_t e = 0; e < LOSS_ROWS * LOSS_LABELS; e++) {
			double y = nch_loss_smooth((double)loss_goals[e], smoothing), w = c->weighted ? (double)loss_weights[e % LOSS_LABELS] : 1.0;
			sum += nch_loss_cell(c->kind, &c->shape, (double)loss_logits[e], y, w, &slope);
			CHECK_CLOSE(slope / cells, c->gradient[e], 1e-12);
		}
		CHECK_CLOSE(sum / cells, c->value, 1e-12);
	}
}

/* Central differences of the cells; ASL with the whole gradient, since the stopped one is no derivative of its value. */
TEST(finite_differences)
{
	static const nch_loss_kind kinds[] = {NCH_LOSS_BCE, NCH_LOSS_FOCAL, NCH_LOSS_ASL};
	const double h = 1e-5;
	for (size_t k = 0; k < 3; k++)
		for (double y = 0.0; y <= 1.0; y += 0.25)
			for (double z = -7.3; z < 8.0; z += 0.37) {
				nch_loss_shape shape = nch_loss_shape_default(kinds[k]);
				double slope, unused;
				shape.whole_gradient = true;
				nch_loss_cell(kinds[k], &shape, z, y, 1.5, &slope);
				double above = nch_loss_cell(kinds[k], &shape, z + h, y, 1.5, &unused), below = nch_loss_cell(kinds[k], &shape, z - h, y, 1.5, &unused);
				CHECK_CLOSE((above - below) / (2.0 * h), slope, 2e-6);
			}
}

TEST(row_differences)
{
	float z[] = {0.5f, -1.25f, 2.0f, 0.0f}, goals[] = {0, 1, 0, 1}, weights[] = {1.0f, 0.5f, 2.0f, 1.5f};
	nch_loss_shape shape = {.gamma_neg = 3.0, .gamma_pos = 1.5};
	for (int form = 0; form < 2; form++) {
		double slopes[4];
		nch_loss_asl_single(&shape, z, 4, 2, form ? goals : NULL, weights, 0.1, slopes);
		for (size_t c = 0; c < 4; c++) {
			const float here = z[c], h = 1.0f / 1024.0f;
			z[c] = here + h;
			double above = nch_loss_asl_single(&shape, z, 4, 2, form ? goals : NULL, weights, 0.1, NULL);
			z[c] = here - h;
			double below = nch_loss_asl_single(&shape, z, 4, 2, form ? goals : NULL, weights, 0.1, NULL);
			z[c] = here;
			CHECK_CLOSE((above - below) / (2.0 * (double)h), slopes[c], 1e-5);
		}
	}
}

/* gamma 0 and clip 0 leave cross-entropy, and far logits stay finite. */
TEST(limits)
{
	nch_loss_shape none = {.focal_alpha = -1.0};
	double slope, bce_slope;
	for (double z = -800.0; z <= 800.0; z += 16.0)
		for (double y = 0.0; y <= 1.0; y += 0.5) {
			double bce = nch_loss_cell(NCH_LOSS_BCE, &none, z, y, 1.0, &bce_slope);
			CHECK(isfinite(bce) && isfinite(bce_slope));
			CHECK(nch_loss_cell(NCH_LOSS_FOCAL, &none, z, y, 1.0, &slope) == bce && slope == bce_slope);
			CHECK(nch_loss_cell(NCH_LOSS_ASL, &none, z, y, 1.0, &slope) == bce && slope == bce_slope);
			nch_loss_shape usual = nch_loss_shape_default(NCH_LOSS_ASL);
			CHECK(isfinite(nch_loss_cell(NCH_LOSS_ASL, &usual, z, y, 1.0, &slope)) && isfinite(slope));
			CHECK(isfinite(nch_loss_cell(NCH_LOSS_FOCAL, &usual, z, y, 1.0, &slope)) && isfinite(slope));
		}
	/* a negative below the clip costs nothing */
	nch_loss_shape usual = nch_loss_shape_default(NCH_LOSS_ASL);
	CHECK(nch_loss_cell(NCH_LOSS_ASL, &usual, -3.0, 0.0, 1.0, &slope) == 0.0 && slope == 0.0);
}

TEST(names)
{
	nch_loss_kind kind;
	for (int k = NCH_LOSS_CE; k <= NCH_LOSS_ASL_SINGLE; k++)
		CHECK(nch_loss_find(nch_loss_name((nch_loss_kind)k), &kind) && kind == (nch_loss_kind)k);
	CHECK(!nch_loss_find("mse", &kind) && !nch_loss_find("", &kind));
}

int main(void)
{
	RUN(as_pytorch);
	RUN(cells_in_double);
	RUN(finite_differences);
	RUN(row_differences);
	RUN(limits);
	RUN(names);
	return test_end();
}
