"""Relaxations beside LAMMPS: `python3 bench/peers/relax.py BENCH_RELAX`, from the repository's root.

Both relax the same shaken crystals with the same potential, plainly cut off at 12 Å, on one core, until the largest force
on any particle is below 1e-4 eV/Å. LAMMPS' minimisers cg and fire are both tried with several settings of its Coulomb
sum, and the fastest that reaches the force counts; its sums are about as exact as ours (1e-6 eV/Å). With shells, LAMMPS
minimises cores and shells as particles, as we do (CORESHELL). Times are CPU seconds of the whole processes, start and
input included. Of many crystals LAMMPS relaxes the first few, and the mean counts.
"""

import itertools
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

FORCE = 1e-4  # eV/Å
CUTOFF = 12.0
EXAMPLES = Path("examples")


def cpu(command, **options):
    """CPU seconds and output of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(command, capture_output=True, text=True, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, result


def frames(file):
    lines = iter(Path(file).read_text().splitlines())
    for line in lines:
        n = int(line)
        cell = [float(x) for x in re.search(r'Lattice="([^"]*)"', next(lines)).group(1).split()]
        ions = [next(lines).split() for _ in range(n)]
        yield cell, [(ion[0], [float(x) for x in ion[1:4]]) for ion in ions]


class Particles:
    """What LAMMPS reads: cores, shells, springs and angles."""

    def __init__(self, cell, ions, potential):
        self.edges = [cell[0], cell[4], cell[8]]
        shells = {s["species"]: s for s in potential.get("shell", [])}
        charges = potential["charges"]
        self.types = []
        self.atoms, self.bonds, self.angles, self.bond_k = [], [], [], []
        for molecule, (species, r) in enumerate(ions, 1):
            shell = shells.get(species)
            core = self.add(molecule, species + " core" if shell else species,
                            charges[species] - (shell["charge"] if shell else 0), r)
            if shell:
                if shell["k2"] not in self.bond_k:
                    self.bond_k.append(shell["k2"])
                acting = self.add(molecule, species + " shell", shell["charge"], r)
                self.bonds.append((self.bond_k.index(shell["k2"]) + 1, core, acting))
        self.add_angles(potential.get("angle", []), ions)

    def add(self, molecule, label, charge, r):
        if label not in self.types:
            self.types.append(label)
        self.atoms.append((molecule, label, charge, r))
        return len(self.atoms)

    def add_angles(self, terms, ions):
        of = {}
        for number, (molecule, label, _, _) in enumerate(self.atoms, 1):
            if not label.endswith(" core") or molecule not in of:
                of[molecule] = number
        for term in terms:
            for i, (species, r) in enumerate(ions, 1):
                if species != term["centre"]:
                    continue
                legs = [j for j, (other, s) in enumerate(ions, 1)
                        if other == term["outer"][0] and self.distance(r, s) < term["cutoffs"][0]]
                self.angles += [(of[a], of[i], of[b]) for a, b in itertools.combinations(legs, 2)]

    def distance(self, r, s):
        return sum(((x - y + e / 2) % e - e / 2) ** 2 for x, y, e in zip(r, s, self.edges)) ** 0.5

    def data(self):
        head = [f"{len(self.atoms)} atoms", f"{len(self.types)} atom types"]
        if self.bonds:
            head += [f"{len(self.bonds)} bonds", f"{len(self.bond_k)} bond types"]
        if self.angles:
            head += [f"{len(self.angles)} angles", "1 angle types"]
        head += [f"0 {e!r} {d}lo {d}hi" for e, d in zip(self.edges, "xyz")]
        masses = ["Masses", ""] + [f"{t} 10" for t in range(1, len(self.types) + 1)]
        atoms = ["Atoms # full", ""] + [
            f"{i} {m} {self.types.index(label) + 1} {q!r} " + " ".join(repr(x) for x in r)
            for i, (m, label, q, r) in enumerate(self.atoms, 1)]
        bonds = ["Bonds", ""] + [f"{i} {t} {a} {b}" for i, (t, a, b) in enumerate(self.bonds, 1)]
        angles = ["Angles", ""] + [f"{i} 1 {a} {c} {b}" for i, (a, c, b) in enumerate(self.angles, 1)]
        parts = [["starts"], head, masses, atoms] + ([bonds] if self.bonds else []) + (
            [angles] if self.angles else [])
        return "\n\n".join("\n".join(part) for part in parts) + "\n"


def acting(species, particles):
    return species + " shell" if species + " shell" in particles.types else species


def script(particles, potential, coulomb, cutoff, minimiser, box):
    style = "buck/coul/long/cs" if particles.bonds else "buck/coul/long"
    lines = ["units metal", "atom_style full", "boundary p p p"]
    if particles.bonds:
        lines.append("bond_style harmonic")
    if particles.angles:
        lines.append("angle_style harmonic")
    lines += ["read_data data", f"pair_style {style} {CUTOFF} {cutoff}", "pair_coeff * * 0 1 0"]
    for pair in potential["pair"]:
        a, b = sorted(particles.types.index(acting(s, particles)) + 1 for s in pair["species"])
        lines.append(f"pair_coeff {a} {b} {pair['A']!r} {pair['rho']!r} {pair.get('C', 0.0)!r}")
    lines += [f"bond_coeff {i} {k / 2!r} 0" for i, k in enumerate(particles.bond_k, 1)]
    if particles.angles:
        angle = potential["angle"][0]
        lines.append(f"angle_coeff 1 {angle['k'] / 2!r} {angle['theta0_deg']}")
        lines.append("special_bonds lj/coul 0 1 1")
    lines += [f"kspace_style {coulomb} 1e-7", "neighbor 1 bin", "neigh_modify every 1 delay 0 check yes one 20000 page 400000",
              "thermo 100000", f"min_style {minimiser}", "min_modify norm max"]
    if box:
        lines.append("fix box all box/relax tri 0 vmax 0.002" if box == "tri" else "fix box all box/relax aniso 0 vmax 0.002")
    lines += [f"minimize 0 {FORCE} 5000 20000",
              "variable f atom sqrt(fx^2+fy^2+fz^2)", "compute f all reduce max v_f", "thermo_style custom pe c_f vol",
              "run 0"]
    return "\n".join(lines) + "\n"


def lammps(particles, potential, box):
    """CPU seconds, steps, largest force, energy of the fastest setting that converges; the best force if none does."""
    best, failed = None, None
    minimisers = ["cg"] if box else ["cg", "fire"]
    for coulomb, cutoff, minimiser in itertools.product(["ewald", "pppm"], [8.0, 10.0, 12.0], minimisers):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "data").write_text(particles.data())
            Path(folder, "in").write_text(script(particles, potential, coulomb, cutoff, minimiser, box))
            seconds, run = cpu([shutil.which("lmp"), "-in", "in"], cwd=folder, env={**os.environ, "OMP_NUM_THREADS": "1"})
        last = re.findall(r"^\s*(-[\d.]+)\s+([\d.e+-]+)\s+([\d.]+)\s*$", run.stdout, re.M)
        if run.returncode != 0 or not last:
            continue
        steps = re.search(r"Iterations, force evaluations = (\d+) (\d+)", run.stdout)
        result = {"seconds": seconds, "steps": int(steps.group(1)), "evaluations": int(steps.group(2)),
                  "force": float(last[-1][1]), "energy": float(last[-1][0]), "volume": float(last[-1][2]),
                  "setting": f"{minimiser} {coulomb} {cutoff:g}"}
        if result["force"] < 2 * FORCE:
            best = min(best or result, result, key=lambda r: r["seconds"])
        else:
            failed = min(failed or result, result, key=lambda r: r["force"])
    return best or {**failed, "setting": failed["setting"] + " (did not converge)"} if best or failed else None


CASES = [
    ("MgO 64", "structures/MgO.vasp", "MgO-lewis-catlow", (2, 2, 2), 1, False),
    ("MgO 64, cell", "structures/MgO.vasp", "MgO-lewis-catlow", (2, 2, 2), 1, True),
    ("LiFePO4 28", "structures/LiFePO4.cif", "LiFePO4-islam", (1, 1, 1), 1, False),
    ("LiFePO4 28, cell", "structures/LiFePO4.cif", "LiFePO4-islam", (1, 1, 1), 1, True),
    ("LiFePO4 224", "structures/LiFePO4.cif", "LiFePO4-islam", (2, 2, 2), 1, False),
    ("Li2O 96 x 1000", "structures/Li2O.cif", "Li2O-rigid", (2, 2, 2), 1000, False),
]
FEW = 3  # of many, for LAMMPS


def main(bench):
    print("CPU seconds on one core, for each crystal; steps; largest force in eV/Å\n")
    for name, structure, set_name, cells, copies, cell in CASES:
        file = EXAMPLES / "potentials" / f"{set_name}.toml"
        if not file.exists():
            continue
        potential = tomllib.loads(file.read_text())
        with tempfile.TemporaryDirectory() as folder:
            starts = Path(folder, "starts.extxyz")
            seconds, run = cpu([bench, "--structure", str(EXAMPLES / structure), "--potential", str(file), "--cells",
                                ",".join(map(str, cells)), "--copies", str(copies), "--write", str(starts)]
                               + (["--full"] if cell else []),
                               env={**os.environ, "OMP_NUM_THREADS": "1", "OMP_PROC_BIND": "false"})
            ours = json.loads(run.stdout)
            theirs = [lammps(Particles(*start, potential), potential, "aniso" if cell else None)
                      for start in itertools.islice(frames(starts), FEW if copies > 1 else 1)]
        mean = sum(r["seconds"] for r in theirs) / len(theirs)
        print(f"{name:18} ours {seconds / copies:8.4f} s ({ours['evaluations'] / copies:.0f} evaluations, "
              f"{ours['largest_force_eV_per_A']:.1e}, E {ours['energy_eV']:.4f})  LAMMPS {mean:8.3f} s "
              f"({theirs[0]['evaluations']} evaluations, {theirs[0]['force']:.1e}, E {theirs[0]['energy']:.4f}, "
              f"{theirs[0]['setting']})  ratio {mean / (seconds / copies):.1f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
