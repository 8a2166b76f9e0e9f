"""Bands beside LAMMPS: `python3 bench/peers/neb.py BENCH_BARRIERS [CORES]`, from the repository's root.

Both begin with the same bands of 7 images, straight or moved off their lines (of a single band of all ions: LAMMPS with the
straight one, ours with its IDPP path, which is timed, too), with the same potential, plainly cut off, on the same cores
(default: 2), and end when no force of the band on any ion is above 0.01 eV/Å; forces are exact to about 1e-4 eV/Å in both.
LAMMPS runs one process for each image (partitions), its `neb` with FIRE; several settings of its Coulomb sum and its timestep
are tried, and the fastest that converges to the same barrier counts. In a held host its list leaves out pairs of held ions.
Times are wall seconds: of LAMMPS its two loops (without start, input and lists), of ours all from two crystals to the band
(with lists, tables, and the Hessian of the first end); and of the whole processes, start and files included. The best of
several runs in turn counts; of many bands LAMMPS does the first few, one after the other, and the mean counts.
"""

import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from relax import frames

IMAGES = 7
FORCE = 0.01  # eV/Å
SAME = 0.003  # eV, between barriers of bands that ended at FORCE
LIMIT = 300  # steps of each of LAMMPS' two loops
ROUNDS = 3
FEW = 3  # of many, for LAMMPS
DATA = Path("tests/data/barriers")


@dataclass
class Case:
    name: str
    initial: Path
    final: Path
    potential: Path
    copies: int = 1
    shake: float = 0  # Å
    frozen: bool = False


def model_host(folder):
    """The model cell of the maps, its 32 S moved by up to 0.1 Å, and one Li from the minimum at Tet to that at Oct."""
    a = 140 ** (1 / 3)
    draw = random.Random(1)
    cells = itertools.product(range(2), repeat=3)
    corners = [(0, 0, 0), (0, .5, .5), (.5, 0, .5), (.5, .5, 0)]
    anions = [[a * (x + y) + draw.uniform(-0.1, 0.1) for x, y in zip(cell, corner)] for cell in cells for corner in corners]
    for name, place in (("initial", [1.2514, 1.3624, 1.2879]), ("final", [2.5413, 2.6718, 2.5407])):
        rows = [" ".join(["S", *map(repr, r)]) for r in anions] + [" ".join(["Li", *map(repr, place)])]
        Path(folder, name + ".extxyz").write_text(
            f'33\nLattice="{2 * a!r} 0 0 0 {2 * a!r} 0 0 0 {2 * a!r}" Properties=species:S:1:pos:R:3 pbc="T T T"\n' +
            "\n".join(rows) + "\n")
    Path(folder, "set.toml").write_text(
        'name = "Li in fcc S"\nsource = "point charges and Buckingham, examples/potentials/Li-S_point.toml"\ncutoff = 10.0\n\n'
        '[charges]\nS = -1.0\nLi = 0.405\n\n'
        '[[pair]]\nspecies = ["S", "Li"]\nform = "buckingham"\nA = 5770.0\nrho = 0.277\nC = 287.0\n')
    return Path(folder, "initial.extxyz"), Path(folder, "final.extxyz"), Path(folder, "set.toml")


def oracle(name):
    return DATA / name / "initial.vasp", DATA / name / "final.vasp", DATA / name / "set.toml"


def ours(bench, case, cores, starts=None, rounds=ROUNDS):
    command = ["taskset", "-c", ",".join(map(str, cores)), bench, "--initial", case.initial, "--final", case.final, "--potential",
               case.potential, "--images", IMAGES, "--force-tolerance", FORCE, "--copies", case.copies, "--shake", case.shake,
               "--repeat", rounds] + (["--write", starts] if starts else []) + (["--frozen"] if case.frozen else []) + \
        (["--idpp"] if case.shake == 0 and not case.frozen else [])
    begin = time.perf_counter()
    run = subprocess.run(list(map(str, command)), capture_output=True, text=True,
                         env={**os.environ, "OMP_NUM_THREADS": str(len(cores)), "OMP_PROC_BIND": "false"})
    if run.returncode != 0:
        sys.exit(run.stderr)
    return {**json.loads(run.stdout), "whole": time.perf_counter() - begin}


def moved(images):
    """The ion that goes farthest, from 1."""
    way = [sum((a - b) ** 2 for a, b in zip(r[1], s[1])) for r, s in zip(images[0], images[-1])]
    return way.index(max(way)) + 1


def write_input(folder, case, images, cell, setting):
    coulomb, cutoff, step = setting
    potential = tomllib.loads(case.potential.read_text())
    types = list(dict.fromkeys(species for species, _ in images[0]))
    charges = potential["charges"]
    data = ["start", "", f"{len(images[0])} atoms", f"{len(types)} atom types", ""]
    data += [f"0 {cell[4 * k]!r} {x}lo {x}hi" for k, x in enumerate("xyz")] + ["", "Masses", ""]
    data += [f"{t + 1} 10" for t in range(len(types))] + ["", "Atoms # charge", ""]
    data += [f"{i} {types.index(s) + 1} {charges[s]!r} " + " ".join(map(repr, r)) for i, (s, r) in enumerate(images[0], 1)]
    Path(folder, "data").write_text("\n".join(data) + "\n")
    for k, image in enumerate(images[1:], 2):
        rows = [f"{i} " + " ".join(map(repr, r)) for i, (_, r) in enumerate(image, 1)]
        Path(folder, f"image.{k}").write_text("\n".join([str(len(rows))] + rows) + "\n")
    lines = ["units metal", "atom_style charge", "atom_modify map array", "boundary p p p", "read_data data",
             f"pair_style buck/coul/long {potential['cutoff']} {cutoff}", "pair_coeff * * 0 1 0"]
    for pair in potential["pair"]:
        a, b = sorted(types.index(s) + 1 for s in pair["species"])
        lines.append(f"pair_coeff {a} {b} {pair['A']!r} {pair['rho']!r} {pair['C']!r}")
    lines += [f"kspace_style {coulomb} 1e-5", "neighbor 1 bin", "neigh_modify every 1 delay 0 check yes one 20000 page 400000",
              f"variable i uloop {IMAGES}", f"timestep {step}", "min_style fire", "min_modify norm max"]
    if case.frozen:
        lines += [f"group hopping id {moved(images)}", "group host subtract all hopping", "fix hold host setforce 0 0 0",
                  "neigh_modify exclude group host host"]
    lines += [f"fix band {'hopping' if case.frozen else 'all'} neb 5.0",
              f"neb 0 {FORCE} {LIMIT} {LIMIT} {LIMIT} each image.$i"]
    Path(folder, "in").write_text("\n".join(lines) + "\n")


def lammps(case, images, cell, setting, cores):
    """Seconds of the two loops, steps, and the barrier; None if it did not converge."""
    with tempfile.TemporaryDirectory() as folder:
        write_input(folder, case, images, cell, setting)
        command = ["mpirun", "--oversubscribe", "--bind-to", "none", "-np", str(IMAGES)]
        if os.geteuid() == 0:
            command.append("--allow-run-as-root")
        begin = time.perf_counter()
        run = subprocess.run(["taskset", "-c", ",".join(map(str, cores)), *command, shutil.which("lmp"), "-partition",
                              f"{IMAGES}x1", "-in", "in"], cwd=folder, capture_output=True, text=True,
                             env={**os.environ, "OMP_NUM_THREADS": "1"})
        whole = time.perf_counter() - begin
        if run.returncode != 0:
            return None
        loops = [float(t) for t in re.findall(r"Loop time of (\S+)", Path(folder, "log.lammps.0").read_text())]
        rows = [line.split() for line in Path(folder, "log.lammps").read_text().splitlines() if re.match(r"\d+\s+\S+\s+\S", line)]
    steps = [int(row[0]) for row in rows]
    if len(loops) < 2 or len(steps) < 4 or steps[1] >= LIMIT or steps[3] - steps[1] >= LIMIT:
        return None
    return {"seconds": loops[0] + loops[1], "whole": whole, "steps": steps[3], "barrier": float(rows[3][6]), "setting": setting}


SETTINGS = list(itertools.product(["ewald", "pppm"], [6.0, 8.0, 10.0], [0.004, 0.006]))


def fastest(case, images, cell, cores, barrier, settings):
    results = [lammps(case, images, cell, setting, cores) for setting in settings]
    good = [r for r in results if r and abs(r["barrier"] - barrier) < SAME]
    return sorted(good, key=lambda r: r["seconds"])


def compare(bench, case, cores):
    with tempfile.TemporaryDirectory() as starts:
        best = ours(bench, case, cores, starts)
        bands = []
        for k in range(min(FEW, case.copies)):
            read = list(frames(Path(starts, f"band-{k}.extxyz")))
            bands.append((read[0][0], [ions for _, ions in read]))
        cell, images = bands[0]
        settings = [r["setting"] for r in fastest(case, images, cell, cores, best["barrier_eV"], SETTINGS)[:3]]
        theirs = [None] * len(bands)
        whole = []
        for _ in range(ROUNDS):
            best = min(best, ours(bench, case, cores), key=lambda r: r["seconds"])
            whole.append(ours(bench, case, cores, rounds=1)["whole"])
            for k, (cell, images) in enumerate(bands):
                found = fastest(case, images, cell, cores, best["barrier_eV"], settings)
                theirs[k] = min([r for r in [theirs[k], *found[:1]] if r], key=lambda r: r["seconds"], default=None)
    own = best["seconds"] / case.copies
    print(f"{case.name:32} ours {1e3 * own:6.2f} ms a band ({best['steps'] / case.copies:.0f} steps, "
          f"{best['evaluations'] / case.copies:.0f} evaluations, {best['barrier_eV']:.4f} eV)", end="  ")
    if best["converged"] < case.copies or None in theirs:
        print("not all converged", flush=True)
        return
    loops, process = (sum(r[key] for r in theirs) / len(theirs) for key in ("seconds", "whole"))
    print(f"LAMMPS {1e3 * loops:5.1f} ms ({theirs[0]['steps']} steps, {theirs[0]['barrier']:.4f} eV, "
          f"{' '.join(map(str, theirs[0]['setting']))})  ratio {loops / own:.1f}; whole processes "
          f"{1e3 * min(whole) / case.copies:.1f} and {1e3 * process:.0f} ms", flush=True)


def main(bench, cores=2):
    cores = sorted(os.sched_getaffinity(0))[:int(cores)]
    print(f"7 images, forces below {FORCE} eV/Å, {len(cores)} cores; wall milliseconds\n")
    with tempfile.TemporaryDirectory() as folder:
        for case in [Case("Li2O 95, all ions", *oracle("li2o_vLi")),
                     Case("Li2O 95, all ions, 20 in a batch", *oracle("li2o_vLi"), copies=20, shake=0.02),
                     Case("Li2O 95, host held", *oracle("li2o_frozen_host"), shake=0.1, frozen=True),
                     Case("Li in 32 S, host held", *model_host(folder), frozen=True),
                     Case("Li in 32 S, held, 20 in a batch", *model_host(folder), copies=20, shake=0.1, frozen=True)]:
            compare(bench, case, cores)


if __name__ == "__main__":
    main(*sys.argv[1:])
