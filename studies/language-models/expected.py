"""The question of the study and what was expected, as written down before it was run."""

QUESTION = (
    "Of a real language model: which changes can its predictions certify to have left its representation alone, "
    "and what does similarity to the start tell of its probes, of fine-tuning and of distillation?"
)

EXPECTED = (
    "Compression: at 8 bits every certificate but that from KL divergence is far above chance; at 4 bits those from "
    "the logits are above it only with small groups, and at 3 bits none is. The logit distance is the earlier sign: "
    "KL divergence ignores labels of little probability. Changing the head alone leaves m_cca at 1, and its "
    "certificate falls as if the body had been changed. Fine-tuning: m_cca falls with learning rate and steps, "
    "and with it the loss on old text rises; low-rank updates move less for the same gain. Distillation: the student "
    "by KL predicts best and is further inside than that by centred squared logits; the weighted distance is like KL; "
    "the mixture is between. Transfer: probes carried over keep most of their accuracy at 4 bits, where nothing is "
    "certified any more. Similarity predicts fine-tuning weakly: damage to the body counts, that to the head does "
    "not. Layers: copies part early, and the distance grows with depth."
)
