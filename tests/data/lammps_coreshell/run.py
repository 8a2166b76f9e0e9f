"""What LAMMPS says of crystals with shells: `python3 run.py LMP` in this folder writes MgO-catlow.json, MgO-bush.json and
Al2O3-bush.json.

Cores and shells are particles, with the springs as bonds (CORESHELL package). FIRE brings shells, or all particles, to
rest, until no force is above 1e-7 eV/Å, or for 4000 steps. Pair terms end plainly at 10.1 Å, where no small strain carries a shell of
neighbours across.
"""

import json
import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PAIR_CUTOFF = 10.1
COULOMB = 14.399645  # eV Å/e^2, of LAMMPS' metal units
STRAIN = 5e-4
BAR = 1e-4  # GPa

CATLOW = {"charges": {"Mg": 2.0, "O": -2.0}, "shells": {"O": (-2.86902, 74.92)},
          "pairs": {("Mg", "O"): (946.627, 0.31813, 0.0), ("O", "O"): (22764.0, 0.149, 27.879)}}
BUSH = {"charges": {"Mg": 2.0, "Al": 3.0, "O": -2.0},
        "shells": {"Mg": (0.42, 349.95), "Al": (2.957, 403.98), "O": (-2.513, 20.53)},
        "pairs": {("Mg", "O"): (2457.243, 0.261, 0.0), ("Al", "O"): (2409.505, 0.2649, 0.0), ("O", "O"): (25.41, 0.6937, 32.32)}}


def rock_salt(a):
    corners = [(0, 0, 0), (0, .5, .5), (.5, 0, .5), (.5, .5, 0)]
    ions = [("Mg", [a * x for x in f]) for f in corners] + [("O", [a * (x + .5) for x in f]) for f in corners]
    return [[a, 0, 0], [0, a, 0], [0, 0, a]], ions


def corundum(a, c):
    cell = [[a, 0, 0], [-a / 2, a * math.sqrt(3) / 2, 0], [0, 0, c]]
    z, x = 0.3565, 0.2957
    al = [(0, 0, s) for s in (z, .5 - z, -z, .5 + z)]
    o = [(x, 0, .25), (0, x, .25), (-x, -x, .25), (-x, 0, .75), (0, -x, .75), (x, x, .75)]
    centring = [(0, 0, 0), (2 / 3, 1 / 3, 1 / 3), (1 / 3, 2 / 3, 2 / 3)]
    ions = [(s, cartesian(cell, [p + q for p, q in zip(f, t)])) for s, places in (("Al", al), ("O", o)) for f in places for t in centring]
    return cell, ions


def cartesian(cell, f):
    return [sum(f[i] * cell[i][axis] for i in range(3)) for axis in range(3)]


def moved(ions, by):
    """Every ion off its place by up to `by` Å along each axis."""
    return [(s, [x + by * math.sin(1.7 * (3 * i + axis + 1) ** 1.5) for axis, x in enumerate(r)]) for i, (s, r) in enumerate(ions)]


def strained(cell, ions, row, column, e):
    def move(r):
        r = list(r)
        r[row] += e * r[column]
        return r
    return [move(v) for v in cell], [(s, move(r)) for s, r in ions]


def data(terms, cell, ions):
    types, atoms, bonds, bond_types = [], [], [], []

    def add(ion, label, charge, r):
        if label not in types:
            types.append(label)
        atoms.append(f"{len(atoms) + 1} {ion} {types.index(label) + 1} {charge!r} " + " ".join(repr(x) for x in r))
        return len(atoms)

    for ion, (s, r) in enumerate(ions, 1):
        charge, _ = terms["shells"].get(s, (0.0, 0.0))
        core = add(ion, s, terms["charges"][s] - charge, r)
        if charge:
            if s not in bond_types:
                bond_types.append(s)
            bonds.append(f"{len(bonds) + 1} {bond_types.index(s) + 1} {core} {add(ion, s + ' shell', charge, r)}")
    text = ["", f"{len(atoms)} atoms", f"{len(types)} atom types", f"{len(bonds)} bonds", f"{len(bond_types)} bond types", ""]
    text += [f"0 {cell[i][i]!r} {d}lo {d}hi" for i, d in enumerate("xyz")]
    text += [f"{cell[1][0]!r} {cell[2][0]!r} {cell[2][1]!r} xy xz yz"]
    text += ["", "Masses", ""] + [f"{i} 10" for i in range(1, len(types) + 1)]
    text += ["", "Atoms", ""] + atoms + ["", "Bonds", ""] + bonds
    return "\n".join(text) + "\n", types, bond_types


def run(lmp, terms, crystal, commands, coulomb_cutoff=12.0):
    """Energy, pressures in bar, positions and forces of all particles after the commands. Particles: each core, then its
    shell."""
    cell, ions = crystal
    text, types, bond_types = data(terms, cell, ions)
    cores = [str(i) for i, t in enumerate(types, 1) if not t.endswith("shell")]
    lines = ["units metal", "atom_style full", "bond_style harmonic", "special_bonds lj/coul 0 0 0", "box tilt large",
             "read_data data", f"pair_style buck/coul/long/cs {PAIR_CUTOFF} {coulomb_cutoff}", "pair_coeff * * 0 1 0"]
    for pair, (A, rho, C) in terms["pairs"].items():
        labels = [s + " shell" if s in terms["shells"] else s for s in pair]
        if all(label in types for label in labels):
            i, j = sorted(types.index(label) + 1 for label in labels)
            lines.append(f"pair_coeff {i} {j} {A} {rho} {C}")
    lines += [f"bond_coeff {i} {terms['shells'][s][1] / 2} 0" for i, s in enumerate(bond_types, 1)]
    lines += ["pair_modify table 0", "kspace_style ewald 1e-10", "neighbor 1 bin", "neigh_modify delay 0 one 20000 page 400000",
              "group cores type " + " ".join(cores), "timestep 0.002", "min_style fire", "min_modify dmax 0.02 norm max",
              "thermo 1000000", "thermo_style custom step pe pxx pyy pzz pyz pxz pxy fmax",
              "thermo_modify format float %.12g norm no", *commands, "run 0",
              "write_dump all custom particles id xu yu zu fx fy fz modify sort id format float %.12g"]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "data").write_text(text)
        Path(folder, "in").write_text("\n".join(lines) + "\n")
        done = subprocess.run([lmp, "-in", "in"], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stdout[-2000:] + done.stderr)
        rows = [[float(x) for x in line.split()] for line in Path(folder, "particles").read_text().splitlines()[9:]]
    last = re.findall(r"^Step.*\n\s*(.*)\nLoop", done.stdout, re.M)[-1].split()
    order = [s + kind for s, _ in ions for kind in (["", " shell"] if s in terms["shells"] else [""])]
    return {"energy": float(last[1]), "pressure": [float(x) for x in last[2:8]], "left": float(last[8]),
            "labels": order, "positions": [r[1:4] for r in rows], "forces": [r[4:7] for r in rows]}


REST = ["minimize 0 1e-7 4000 100000"]
SHELLS_REST = ["fix freeze cores setforce 0 0 0", *REST, "unfix freeze"]


def under_field(axis, F, commands):
    field = ["0", "0", "0"]
    field[axis] = repr(F)
    return [f"fix field all efield {' '.join(field)}", *commands]


def lattice_constant(lmp, terms, a):
    """Where the perfect crystal has no pressure: secant."""
    pressure = lambda a: sum(run(lmp, terms, rock_salt(a), [])["pressure"][:3]) / 3
    b = a + 1e-3
    p, q = pressure(a), pressure(b)
    for _ in range(4):
        a, p, b = b, q, b - q * (b - a) / (q - p)
        if abs(b - a) < 1e-9:
            break
        q = pressure(b)
    return b


def stiffness(lmp, terms, crystal, strains):
    """Columns of the elastic constants in GPa: minus the change of the pressures with strain, all particles at rest."""
    columns = {}
    for name, (row, column) in strains.items():
        at = [run(lmp, terms, strained(*crystal, row, column, e), REST)["pressure"] for e in (-STRAIN, STRAIN)]
        columns[name] = [round((low - high) / (2 * STRAIN) * BAR, 5) for low, high in zip(*at)]
    return columns


def dielectric_constants(lmp, terms, crystal, axis, commands, fields, coulomb_cutoff=12.0):
    """1 + 4 pi k dP/dE from the shifts of all charges under a field of either sign: for each field (V/Å), and at none."""
    cell, ions = crystal
    volume = cell[0][0] * cell[1][1] * cell[2][2]
    charges = []
    for s, _ in ions:
        shell, _ = terms["shells"].get(s, (0.0, 0.0))
        charges += [terms["charges"][s] - shell] + ([shell] if shell else [])

    def dipole(F):
        found = run(lmp, terms, crystal, under_field(axis, F, commands), coulomb_cutoff)
        return sum(q * r[axis] for q, r in zip(charges, found["positions"]))

    eps = [1 + 4 * math.pi * COULOMB * (dipole(F) - dipole(-F)) / (2 * F * volume) for F in fields]
    return {"fields_V_per_A": fields, "eps": [round(x, 6) for x in eps], "eps_at_no_field": round(at_no_field(fields, eps), 6)}


def at_no_field(fields, eps):
    """eps = eps0 + a/F + b F^2 through three points. F^2: the crystal is not linear. 1/F: where a shell is on its core,
    what LAMMPS takes off between the two leaves a force of some 1e-4 eV/Å that hardly depends on their distance
    (docs/potentials.md)."""
    (F, G, H), (x, y, z) = fields, eps
    p, q = 1 / G - 1 / F, G * G - F * F
    r, s = 1 / H - 1 / F, H * H - F * F
    a = ((y - x) * s - (z - x) * q) / (p * s - r * q)
    b = ((z - x) - a * r) / s
    return x - a / F - b * F * F


def main(lmp):
    for name, terms, near in (("MgO-catlow", CATLOW, 4.2425), ("MgO-bush", BUSH, 4.2061)):
        a = lattice_constant(lmp, terms, near)
        perfect = rock_salt(a)
        cell, ions = rock_salt(near)
        ions = moved(ions, 0.12)
        found = run(lmp, terms, (cell, ions), SHELLS_REST)
        write(name, {
            "lattice_constant": round(a, 7), "energy": run(lmp, terms, perfect, [])["energy"],
            "elastic_GPa": stiffness(lmp, terms, perfect, {"xx": (0, 0), "xy": (0, 1)}),
            "eps_inf": dielectric_constants(lmp, terms, perfect, 0, SHELLS_REST[:2], [0.03, 0.1, 0.3]),
            "eps_0": dielectric_constants(lmp, terms, perfect, 0, REST, [0.01, 0.02, 0.04]),
            "perturbed": {"cell": cell, "ions": ions, **found}})
    crystal = corundum(4.8201, 13.012)
    rest = run(lmp, BUSH, crystal, REST)
    cores = [r for label, r in zip(rest["labels"], rest["positions"]) if not label.endswith("shell")]
    crystal = crystal[0], [(s, r) for (s, _), r in zip(crystal[1], cores)]
    cell, ions = crystal
    fields = [0.01, 0.02, 0.04]
    eps = {}
    for axis, direction in ((0, "x"), (2, "z")):
        eps["eps_0_" + direction] = dielectric_constants(lmp, BUSH, crystal, axis, REST, fields)
        # The longer the cutoff, the less of the Coulomb sum is in the terms that LAMMPS approximates.
        eps["eps_inf_" + direction] = {
            cutoff: dielectric_constants(lmp, BUSH, crystal, axis, SHELLS_REST[:2], fields, cutoff)["eps_at_no_field"]
            for cutoff in (12.0, 18.0, 24.0)}
    write("Al2O3-bush", {"cell": cell, "ions": ions, "energy": rest["energy"], "pressure_bar": rest["pressure"], **eps,
                         "elastic_GPa": stiffness(lmp, BUSH, crystal, {"xx": (0, 0), "zz": (2, 2), "yz": (1, 2), "xy": (0, 1)})})


def write(name, found):
    """Lists of numbers on one line each."""
    text = json.dumps(found, indent=1)
    text = re.sub(r"\[\s+([^\[\]]*?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m.group(1)) + "]", text)
    Path(name + ".json").write_text(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
