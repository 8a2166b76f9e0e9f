"""LAMMPS: input, runs, parsing, and the search for its fastest setting at a measured force error.

Every step of `run N` computes forces, energy and virial (fix ave/time asks for the two), as ionscape always does; what
forces alone take is measured, too. No fix moves ions; the neighbour list is built once, with ionscape's skin. Seconds per
evaluation = the loop time of the log / N.
"""

import math
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from referee import rms
from systems import PAIR_CUTOFF

SKIN = 0.3  # Å, bench_engine's
COULOMB_UNIT = 14.399645  # eV/Å, what LAMMPS's kspace accuracy is relative to


@dataclass(frozen=True)
class Setting:
    kspace: str  # ewald or pppm
    accuracy: float  # of kspace_style
    cutoff: float  # Å, Coulomb
    order: int = 5  # pppm: mesh points per axis that an ion spreads over
    diff: str = "ik"  # pppm: ik = three inverse transforms, ad = one
    table: int = 0  # bits of the table of the real-space sum, 0 = its erfc polynomial
    pair: str = "buck/coul/long"
    gewald: float = 0  # 1/Å; 0: LAMMPS's choice
    kmax: int = 0  # ewald, with gewald

    def text(self):
        parts = [f"{self.kspace} {self.accuracy:.1e} rc {self.cutoff:g}"]
        if self.kspace == "pppm":
            parts.append(f"order {self.order} {self.diff}")
        if self.gewald:
            parts.append(f"gewald {self.gewald:g}")
        if self.kmax:
            parts.append(f"kmax {self.kmax}")
        if self.table:
            parts.append(f"table {self.table}")
        if self.pair.endswith("/cs"):
            parts.append("cs")
        return " ".join(parts)


def program():
    return shutil.which("lmp")


def version():
    text = subprocess.run([program(), "-h"], capture_output=True, text=True).stdout
    compiler = re.search(r"Compiler: (.*)", text)
    mpi = re.search(r"MPI v\S+: (.*)", text)
    return {"version": re.search(r"- (.*)", text).group(1).strip(), "compiler": compiler and compiler.group(1),
            "mpi": mpi and mpi.group(1), "packages": " ".join(re.search(r"Installed packages:\n\n((?:.+\n)+)", text)
                                                            .group(1).split())}


def input_script(system, setting, steps, blocks, forces, forces_only):
    lines = ["units metal", "atom_style charge", "boundary p p p", f"read_data {system.files['data']}"]
    if system.pairs:
        lines.append(f"pair_style {setting.pair} {PAIR_CUTOFF} {setting.cutoff}")
        lines.append("pair_coeff * * 0.0 1.0 0.0")
        lines += [f"pair_coeff {i + 1} {j + 1} {A!r} {rho!r} {C!r}" for (i, j), (A, rho, C) in system.pairs.items()]
    else:
        lines += [f"pair_style coul/long {setting.cutoff}", "pair_coeff * *"]
    lines += [f"pair_modify table {setting.table} shift no tail no", f"kspace_style {setting.kspace} {setting.accuracy:.6g}"]
    if setting.kspace == "pppm":
        lines.append(f"kspace_modify order {setting.order} diff {setting.diff}")
    if setting.gewald:
        lines.append(f"kspace_modify gewald {setting.gewald}")
    if setting.kmax:
        lines.append("kspace_modify kmax/ewald" + f" {setting.kmax}" * 3)
    lines += [f"neighbor {SKIN} bin", "neigh_modify every 1000000 delay 0 check no one 20000 page 400000",
              "thermo_style custom step pe press",
              "thermo_modify format float %20.15g", f"thermo {steps}", f"run {steps}"]
    if not forces_only:
        lines.insert(-1, f"fix ask all ave/time 1 {steps} {steps} c_thermo_pe c_thermo_press")
    lines += [f"run {steps} pre no"] * (blocks - 1)
    if forces:
        lines.append(f"write_dump all custom {forces} id fx fy fz modify sort id format float %20.15g")
    return "\n".join(lines) + "\n"


# The real-space sum: the erfc polynomial, LAMMPS's tables (12 bits is its default), the polynomial of the core-shell styles.
FORMS = [{"pair": "buck/coul/long", "table": 0}, {"pair": "buck/coul/long", "table": 12}, {"pair": "buck/coul/long", "table": 16},
         {"pair": "buck/coul/long/cs", "table": 0}]


class Failed(Exception):
    pass


def run(system, setting, steps, cores, folder: Path, blocks=1, forces=True, forces_only=False, limit=600):
    """One process, pinned to the cores (one MPI rank each), that times `blocks` loops of `steps` evaluations; a dictionary of
    what it printed, with the fastest loop."""
    folder.mkdir(parents=True, exist_ok=True)
    script, dump = folder / "in.lammps", folder / "forces.txt"
    script.write_text(input_script(system, setting, steps, blocks, dump if forces else None, forces_only))
    lmp = [program(), "-in", str(script), "-log", "none"]
    if len(cores) == 1:
        command = ["taskset", "-c", str(cores[0]), *lmp]
    else:
        core = f"$(echo {' '.join(map(str, cores))} | cut -d' ' -f$((OMPI_COMM_WORLD_LOCAL_RANK + 1)))"
        command = ["mpirun", "--oversubscribe", "--bind-to", "none", "-np", str(len(cores))]
        if os.geteuid() == 0:
            command.append("--allow-run-as-root")
        command += ["sh", "-c", f'exec taskset -c {core} "$@"', "sh", *lmp]
    environment = dict(os.environ, OMP_NUM_THREADS="1")
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=limit, cwd=folder)
    except subprocess.TimeoutExpired as e:
        raise Failed(f"longer than {limit} s") from e
    text = done.stdout
    loops = [float(t) for t in re.findall(r"Loop time of (\S+) on \d+ procs for \d+ steps", text)]
    if done.returncode != 0 or not loops:
        raise Failed(((re.findall(r"ERROR.*", text + done.stderr) or [done.stderr[-300:]])[0]).strip())
    number = lambda pattern: (m := re.search(pattern, text)) and float(m.group(1))
    found = {"seconds": min(loops) / steps, "steps": steps,
             "g_ewald": number(r"G vector \(1/distance\) = (\S+)"),
             "estimated_absolute_error": number(r"estimated absolute RMS force accuracy = (\S+)"),
             "grid": (m := re.search(r"grid = (\d+ \d+ \d+)", text)) and m.group(1),
             "vectors": (m := re.search(r"KSpace vectors: actual max1d max3d = (.*)", text)) and m.group(1),
             "fft": (m := re.search(r"using (.*FFT.*)", text)) and m.group(1),
             "energy": float(re.search(r"Step PotEng Press.*\n\s*\d+\s+(\S+)", text).group(1))}
    cpu = [float(x) for x in re.findall(r"([\d.]+)% CPU use", text)]
    found["cpu_share"] = cpu[loops.index(min(loops))] / 100 if len(cpu) == len(loops) else None
    for part in ("Pair", "Kspace", "Comm"):
        found[part.lower() + "_share"] = (number(rf"{part}\s+\|[^|]*\|\s*(\S+)") or 0) / loops[0]
    if forces:
        found["forces"] = np.loadtxt(dump, skiprows=9)[:, 1:]
    return found


class Search:
    """Measured errors and times of settings on one system, on one core; nothing runs twice."""

    def __init__(self, system, exact_forces, core, folder, say):
        self.system, self.exact, self.core, self.folder, self.say = system, exact_forces, core, folder, say
        self.seen = {}
        self.last_seconds = 3e-6 * system.ions

    def measure(self, setting):
        if setting not in self.seen:
            steps = max(1, int(0.02 / self.last_seconds))
            try:
                blocks = 5 if self.last_seconds < 0.1 else 2
                found = run(self.system, setting, steps, [self.core], self.folder, blocks=blocks,
                            limit=30 if self.system.ions <= 8000 else 200)
                found["error"] = rms(found.pop("forces") - self.exact) / rms(self.exact)
                self.last_seconds = found["seconds"]
                self.seen[setting] = found
                self.say(f"    {setting.text():52s} error {found['error']:.2e}  {found['seconds']:.3e} s")
            except Failed as e:
                self.seen[setting] = None
                self.say(f"    {setting.text():52s} no: {e}")
        return self.seen[setting]

    def fastest(self, target):
        return min((f["seconds"] for f in self.seen.values() if f and f["error"] <= target), default=math.inf)

    def loosest(self, start, target, tries=4):
        """Follows one setting's accuracy to the loosest value whose measured error is within the target."""
        accuracy, low, high = start.accuracy, None, None  # low meets the target
        for _ in range(tries):
            found = self.measure(replace(start, accuracy=float(f"{accuracy:.2g}")))
            if found is None:
                return
            if found["error"] <= target:
                low = accuracy
                if found["error"] > (0.6 if found["seconds"] < 1.3 * self.fastest(target) else 0.2) * target:
                    return
            else:
                high = accuracy
                if found["seconds"] > 1.3 * self.fastest(target):
                    return
            if low and high:
                accuracy = math.sqrt(low * high)
                if high / low < 1.3:
                    return
            else:
                ratio = target / found["error"]
                accuracy *= min(30, 0.9 * ratio) if low else max(1e-3, 0.7 * ratio)
            if accuracy < 1e-13 or accuracy > 0.5:
                return

    def scan(self, target, cutoffs):
        """Measures settings around the target; afterwards best() knows."""
        guess = 0.7 * target * rms(self.exact) / COULOMB_UNIT
        few = self.system.ions <= 2000
        probe = Setting("ewald" if few else "pppm", max(guess / 30, 1e-12), 8.0, order=5 if few else 7)
        # The floor of the real-space sum decides which of its forms can reach the target at all.
        able = [f for f in FORMS if (found := self.measure(replace(probe, **f))) and found["error"] <= target]
        able.sort(key=lambda f: self.seen[replace(probe, **f)]["seconds"])
        if not able:
            if few:
                self.scan_forced(target)
            return
        base = replace(probe, accuracy=guess, **able[0])
        if few:
            for cutoff in cutoffs:
                self.loosest(replace(base, cutoff=cutoff), target)
        # From long cutoffs to short ones: the mesh grows, and where it costs too much the shorter ones cost more.
        for order in (5, 7) if target > 1e-5 else (7,):
            for diff in ("ik", "ad"):
                for cutoff in sorted(cutoffs, reverse=True):
                    start = replace(base, kspace="pppm", cutoff=cutoff, order=order, diff=diff)
                    self.loosest(start, target)
                    found = self.seen[replace(start, accuracy=float(f"{guess:.2g}"))]
                    if not found or found["kspace_share"] * found["seconds"] > 1.5 * self.fastest(target):
                        break
        for setting in self.best(target, 2):
            for form in able[1:]:
                self.loosest(replace(setting, **form), target, tries=2)

    def follow(self, other, target, count, tries):
        """Starts from the settings that were fastest on another system."""
        for setting in other.best(target, count):
            self.loosest(setting, target, tries)

    def scan_forced(self, target):
        """Splittings so narrow that the real-space sum is small: the way around the floor of its erfc, paid in wave vectors."""
        x = math.sqrt(-math.log(target))
        box = self.system.lengths.max()
        splittings = (1.6, 1.8, 2.0, 2.15, 2.3, 2.6) if self.system.ions < 100 else (2.0, 2.3)
        for pair in ("buck/coul/long", "buck/coul/long/cs"):
            for gewald in splittings:
                for factor in (1.0, 1.07):
                    kmax = math.ceil(2 * gewald * x * factor * box / (2 * math.pi))
                    found = self.measure(Setting("ewald", 1e-6, round(x * 1.05 / gewald, 2), gewald=gewald, kmax=kmax, pair=pair))
                    if not found or found["error"] <= target or found["error"] > 10 * target:
                        break

    def best(self, target, count):
        good = [(f["seconds"], s) for s, f in self.seen.items() if f and f["error"] <= target]
        return [s for _, s in sorted(good, key=lambda p: p[0])[:count]]
