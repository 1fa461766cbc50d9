/* log.h - log.jsonl: a line for every step and every epoch. */
#ifndef NCH_TRAIN_LOG_H
#define NCH_TRAIN_LOG_H

#include "base/buffer.h"
#include "train/training.h"

/* {"step","epoch","lr","loss","grad_norm","tokens","seconds"} and
 * {"epoch","train_loss","train_accuracy","valid_loss","valid_accuracy","valid_macro_f1","valid_micro_f1","best","seconds"} (valid_… are null without
 * validation data), each a line; numbers read back exactly.
 * A step with details (train/details.h) has also "update_ratio" (embeddings, each layer, head), "attention_entropy" and "dead_units" (each layer), as
 * arrays. */
void nch_log_step(nch_buffer *out, const nch_step_record *record);
void nch_log_epoch(nch_buffer *out, const nch_epoch_record *record);

#endif
