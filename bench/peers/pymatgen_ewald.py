"""pymatgen's EwaldSummation, Coulomb energies and forces only.

As a program it does one job, so that it can be pinned: JSON on its standard input, JSON on its standard output.
"""

import json
import subprocess
import sys
import time

import numpy as np

from referee import rms

SPLITTINGS = (0.05, 0.1, 0.25, 0.5, 1.0)  # times pymatgen's own eta; a smaller one moves work from wave vectors to neighbours


def version():
    done = subprocess.run([sys.executable, "-c", "from importlib.metadata import version; print(version('pymatgen'))"],
                          capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def run(system, exact_forces, core, acc_factor, splitting, repeat, limit=900):
    job = {"lengths": system.lengths.tolist(), "positions": system.positions.tolist(), "acc_factor": acc_factor,
           "species": [system.species[t] for t in system.types], "charges": system.charges[system.types].tolist(),
           "splitting": splitting, "repeat": repeat}
    done = subprocess.run(["taskset", "-c", str(core), sys.executable, "-B", __file__], input=json.dumps(job),
                          capture_output=True, text=True, timeout=limit)
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-400:])
    found = json.loads(done.stdout)
    found["error"] = rms(np.array(found.pop("forces")) - exact_forces) / rms(exact_forces)
    found.update(acc_factor=acc_factor, splitting=splitting)
    return found


def text(found):
    return f"acc_factor {found['acc_factor']:g}" + ("" if found["splitting"] == 1 else f", eta x {found['splitting']:g}")


def tune(system, exact_forces, core, target, say, splittings=SPLITTINGS, tries=4):
    """The fastest setting found whose error is within the target."""
    best = None
    for splitting in splittings:
        digits = -np.log10(target)
        for _ in range(tries):
            try:
                found = run(system, exact_forces, core, round(2 * digits) / 2, splitting, 3 if system.ions < 100 else 1)
            except RuntimeError:  # it stops where no wave vector is left
                break
            say(f"    pymatgen {text(found):40s} error {found['error']:.2e}  {found['seconds']:.3e} s")
            if found["error"] <= target:
                if best is None or found["seconds"] < best["seconds"]:
                    best = found
                break
            digits += max(0.5, np.log10(found["error"] / target))
    return best


def main():
    job = json.load(sys.stdin)
    from pymatgen.analysis.ewald import EwaldSummation
    from pymatgen.core import Lattice, Structure

    structure = Structure(Lattice.orthorhombic(*job["lengths"]), job["species"], job["positions"],
                          coords_are_cartesian=True)
    structure.add_oxidation_state_by_site(job["charges"])
    seconds = []
    eta = EwaldSummation(structure)._eta * job["splitting"]
    for _ in range(job["repeat"]):
        start = time.perf_counter()
        ewald = EwaldSummation(structure, eta=eta, acc_factor=job["acc_factor"], compute_forces=True)
        forces, energy = ewald.forces, ewald.total_energy
        seconds.append(time.perf_counter() - start)
    scale = 14.39964547842567 / EwaldSummation.CONV_FACT
    json.dump({"seconds": min(seconds), "energy": energy * scale, "forces": (forces * scale).tolist()}, sys.stdout)


if __name__ == "__main__":
    main()
