"""HiGHS: the best choice of satellites as a linear program. A variable is the share of a cell that a satellite serves; a cell
is served once, a satellite serves as many cells as it has room for. Such a program has whole numbers at its corners, so
nothing has to be branched on.

First the most terminals that can be served; then, of the choices that serve so many, the one with the highest score."""

import json
import os

import peer

peer.need("numpy", "highspy")
import highspy
import numpy as np

given = peer.arguments("instance")
# A sum of terminals may come out so much lower, as a share: rounding, and far less than one terminal.
ROUNDING = 1e-12
PRIMAL, DUAL = 4, 1
NOBODY = 0xFFFFFFFF


def read(ending, kind):
    return np.fromfile(given.work / f"{given.instance}.{ending}", dtype=kind)


about = json.loads((given.work / f"{given.instance}.json").read_text())
terminals, score = read("terminals.f64", "<f8"), read("scores.f64", "<f8")
cell, satellite = read("options.u32", "<u4").reshape(-1, 2).astype(np.int32).T
variables = np.arange(len(cell), dtype=np.int32)
# Costs of about 1 suit its tolerances.
weight = terminals[cell] / terminals.sum()
last = {}


def program():
    cells, satellites, count = len(terminals), about["satellites"], len(cell)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = count, cells + satellites
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = weight
    lp.col_lower_, lp.col_upper_ = np.zeros(count), np.full(count, highspy.kHighsInf)
    lp.row_lower_ = np.full(cells + satellites, -highspy.kHighsInf)
    lp.row_upper_ = np.concatenate([np.ones(cells), np.full(satellites, float(about["room"]))])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.arange(0, 2 * count + 1, 2, dtype=np.int32)
    lp.a_matrix_.index_ = np.column_stack([cell, cells + satellite]).ravel()
    lp.a_matrix_.value_ = np.ones(2 * count)
    return lp


def solve(highs, strategy):
    highs.setOptionValue("simplex_strategy", strategy)
    highs.run()
    status = highs.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"HiGHS ends with {highs.modelStatusToString(status)}")
    return highs.getInfo().objective_function_value


def work():
    highs = highspy.Highs()
    highs.silent()
    for option, value in (("threads", 1), ("solver", "simplex")):
        highs.setOptionValue(option, value)
    highs.passModel(program())
    # Nobody served is a basis that the primal simplex may start from; the dual is HiGHS's own choice.
    served = solve(highs, PRIMAL)
    highs.addRow(served * (1.0 - ROUNDING), highspy.kHighsInf, len(variables), variables, weight)
    highs.changeColsCost(len(variables), variables, weight * score)
    solve(highs, DUAL)
    last["share"] = np.array(highs.getSolution().col_value)
    return 1


def answer():
    chosen = last["share"] > 0.5
    choice = np.full(len(terminals), NOBODY, dtype="<u4")
    choice[cell[chosen]] = satellite[chosen]
    path = given.work / f"choice-{os.getpid()}.u32"
    choice.tofile(path)
    return {"choice": str(path), "from_whole": float(np.abs(last["share"] - chosen).max())}


peer.serve(peer.version("highspy"), work, answer)
