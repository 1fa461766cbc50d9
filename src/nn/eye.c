/* eye.c - the names of the steps, and telling who looks on. */
#include "nn/eye.h"

#include "nn/tape_private.h"

const nch_seen_step nch_seen_steps[NCH_SEEN_STEPS] = {
	[NCH_SEEN_EMBEDDINGS_SUM] = {"embeddings.sum", false, "word[token] + type[type] + position[position]"},
	[NCH_SEEN_EMBEDDINGS_NORM] = {"embeddings.norm", false, "LayerNorm(embeddings.sum)"},
	[NCH_SEEN_EMBEDDINGS_PROJECTED] = {"embeddings.projected", false, "embeddings.norm Wᵀ + b"},
	[NCH_SEEN_POOLED_QUERY] = {"pooled_query", true, "neighbouring rows of x, pooled two by two"},
	[NCH_SEEN_QKV] = {"qkv", true, "Q, K, V side by side = LayerNorm(x) Wᵀ + b (the first layer: x Wᵀ + b)"},
	[NCH_SEEN_ATTENDED_SUM] = {"attended", true, "x + mixed"},
	[NCH_SEEN_UP_OF_NORM] = {"up", true, "LayerNorm(attended) W_uᵀ + b_u: two halves, the first goes through f and gates the second"},
	[NCH_SEEN_OUTPUT_SUM] = {"output", true, "attended + down"},
	[NCH_SEEN_QUERY] = {"query", true, "Q = x W_qᵀ + b_q"},
	[NCH_SEEN_KEY] = {"key", true, "K = x W_kᵀ + b_k"},
	[NCH_SEEN_VALUE] = {"value", true, "V = x W_vᵀ + b_v"},
	[NCH_SEEN_SCORES] = {"scores", true, "S = Q Kᵀ / √width, each head by itself"},
	[NCH_SEEN_ATTENTION] = {"attention", true, "P = softmax of each row of S"},
	[NCH_SEEN_CONTEXT] = {"context", true, "P V, the heads side by side"},
	[NCH_SEEN_MIXED] = {"mixed", true, "context W_oᵀ + b_o"},
	[NCH_SEEN_ATTENDED] = {"attended", true, "LayerNorm(x + mixed)"},
	[NCH_SEEN_UP] = {"up", true, "attended W_uᵀ + b_u"},
	[NCH_SEEN_ACTIVATED] = {"activated", true, "f(up), f the activation"},
	[NCH_SEEN_DOWN] = {"down", true, "activated W_dᵀ + b_d (of a gate: f(left half of up) · right half)"},
	[NCH_SEEN_OUTPUT] = {"output", true, "LayerNorm(attended + down)"},
	[NCH_SEEN_POOLED] = {"pooled", false, "f(W x₀ + b), x₀ the first token's row"},
	[NCH_SEEN_LOGITS] = {"logits", false, "z = pooled Wᵀ + b"},
	[NCH_SEEN_PROBABILITIES] = {"probabilities", false, "p = e^z / Σ e^z"},
	[NCH_SEEN_LOSS] = {"loss", false, "L = -ln p[label]"},
};

void nch_tape_set_eye(nch_tape *tape, const nch_eye *eye)
{
	tape->eye = eye;
}

nch_tensor *nch_tape_see(nch_tape *tape, nch_seen what, size_t layer, nch_tensor *tensor, const nch_place *place)
{
	if (tape->eye != NULL && tensor != NULL)
		tape->eye->step(tape->eye->context, what, layer, tensor, place);
	return tensor;
}
