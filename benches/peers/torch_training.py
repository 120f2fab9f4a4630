"""Steps per second of training 2→128→128→128→7 in PyTorch on the CPU, as JSON.

Batches of 256, cross-entropy, Adam, f32, ReLU; plain steps and, where the compiler is there, compiled ones. What
`cargo bench -p logitdist-benches --bench training` does with logitdist. Needs: pip install torch numpy.

    python3 benches/peers/torch_training.py [--steps 1000] [--repeats 5] [--compile]

For each number of threads the best of the repeats counts. `cpu` is per second of processor time of the process, which another
program's load disturbs less; `wall` is per second of the clock.
"""

import argparse
import json
import time

import torch

BATCH = 256
INPUTS = 10304


def network():
    widths = [2, 128, 128, 128]
    layers = []
    for before, after in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(before, after), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers, torch.nn.Linear(128, 7))


def steps_per_second(steps, fused, compiled):
    torch.manual_seed(0)
    features, labels = torch.randn(INPUTS, 2), torch.randint(0, 7, (INPUTS,))
    model = network()
    loss_of = torch.nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=fused)

    def step(x, y):
        optimiser.zero_grad(set_to_none=True)
        loss = loss_of(model(x), y)
        loss.backward()
        optimiser.step()
        return loss

    if compiled:
        step = torch.compile(step)

    def run(count):
        done = 0
        while done < count:
            order = torch.randperm(INPUTS)
            for start in range(0, INPUTS - BATCH + 1, BATCH):
                chosen = order[start : start + BATCH]
                step(features[chosen], labels[chosen])
                done += 1
                if done == count:
                    return

    run(100)
    wall, cpu = time.perf_counter(), time.process_time()
    run(steps)
    return {
        "wall": steps / (time.perf_counter() - wall),
        "cpu": steps / (time.process_time() - cpu),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--compile", action="store_true")
    arguments = parser.parse_args()
    results = []
    for threads in arguments.threads:
        torch.set_num_threads(threads)
        for fused in [False, True]:
            runs = [
                steps_per_second(arguments.steps, fused, arguments.compile) for _ in range(arguments.repeats)
            ]
            results.append(
                {
                    "threads": threads,
                    "adam": "fused" if fused else "default",
                    "compiled": arguments.compile,
                    "steps_per_second": max(run["wall"] for run in runs),
                    "steps_per_cpu_second": max(run["cpu"] for run in runs),
                }
            )
    print(json.dumps({"torch": torch.__version__, "batch": BATCH, "results": results}, indent=1))


if __name__ == "__main__":
    main()
