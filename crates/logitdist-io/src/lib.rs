//! Reads models exported as npy, npz or safetensors.
