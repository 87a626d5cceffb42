"""Where to read on: the headings of the notebooks, and the one that each exercise is about."""

from __future__ import annotations

from pathlib import Path

STEMS = {
    stem[:2]: stem
    for stem in (
        "00-the-question",
        "01-one-row",
        "02-two-dimensions-and-the-flip",
        "03-channels-and-filters",
        "04-bias-and-batch",
        "05-stride-and-leftovers",
        "06-padding",
        "07-dilation",
        "08-groups-and-depthwise",
        "09-the-whole-layer",
        "10-one-matrix-one-gemm",
        "11-break-it",
        "12-train-a-network",
        "13-reading-the-literature",
        "14-the-same-layer-elsewhere",
    )
}

#: the number of an exercise -> the section that it is about
OF_EXERCISE = {
    "0.1": "00#The answer card",
    "0.2": "00#Nudge one cell",
    "0.3": "00#The answer card",
    "1.1": "01#Which outputs does one input reach?",
    "1.2": "01#The input gradient",
    "1.3": "01#The weight gradient",
    "1.4": "01#The same sum, walked the other way",
    "1.5": "01#The weight gradient",
    "2.1": "02#Who turns, and who does not",
    "2.2": "02#The weight gradient",
    "2.3": "02#Gather: stand at an input",
    "2.4": "02#The activation",
    "2.5": "02#The activation",
    "3.1": "03#The kernels of the backward pass",
    "3.2": "03#Both",
    "3.3": "03#The kernels of the backward pass",
    "3.4": "03#Both",
    "3.5": "03#Both",
    "4.1": "04#The bias gradient, three ways",
    "4.2": "04#The batch in the weight gradient",
    "4.3": "04#The bias gradient, three ways",
    "4.4": "04#Sum or mean, and where 1/N lives",
    "5.1": "05",
    "5.2": "05#The weight gradient, and the bias",
    "5.3": "05#The input gradient",
    "5.4": "05#Leftovers",
    "5.5": "05#Zeros between the δ",
    "6.1": "06#Zeros around the row",
    "6.2": "06#The input gradient",
    "6.3": "06#Scatter",
    "6.4": "06#How much padding does the backward pass need?",
    "6.5": "06#How much padding does the backward pass need?",
    "7.1": "07#How far a window reaches",
    "7.2": "07#The weight gradient, and the bias",
    "7.3": "07#Stride and dilation change places",
    "7.4": "07#Gridding: when stride and dilation share a factor",
    "7.5": "07#The gather form, complete",
    "8.1": "08#The index of the group",
    "8.2": "08#The weight gradient, and the bias",
    "8.3": "08#The input gradient",
    "8.4": "08#The index of the group",
    "8.5": "08#Depthwise-separable, and what is saved",
    "9.1": "09#Transposed convolution",
    "9.2": "09#The card, earned",
    "9.3": "09#One, two, three dimensions",
    "9.4": "09#One layer above another",
    "9.5": "09#Its backward pass, with a bias",
    "10.1": "10#Which number stands where",
    "10.2": "10#The backward pass is the transpose",
    "10.3": "10#col2im: a scatter, and it adds",
    "10.4": "10#One product for each tap",
    "10.5": "10#What it costs",
    "11.1": "11#How large a step?",
    "11.2": "11#What to compare with",
    "11.3": "11#Which cells are wrong",
    "11.4": "11#Which cells are wrong",
    "11.5": "11#Which cells are wrong",
    "12.1": "12#The network",
    "12.2": "12#Max pooling",
    "12.3": "12#Softmax and cross-entropy: where δ begins",
    "12.4": "12#Signs behind a ReLU",
    "12.5": "12#Max pooling",
    "13.1": "13#What people type",
    "13.2": "13#A book",
    "13.3": "13#A book",
    "13.4": "13#A book",
    "14.1": "14#Where the zeros go",
    "14.2": "14#Where the zeros go",
    "14.3": "14#From one to the other",
    "14.4": "14#The kernel, turned",
    "14.5": "14#A number for the transposed layer",
}


def address(section: str) -> str:
    """The file and place of "05#Leftovers"; without a heading, the file.

    As a course hands them out, each notebook lies in a folder of its own.
    """
    notebook, _, heading = section.partition("#")
    file = Path(f"{STEMS[notebook]}.ipynb")
    apart = Path("..") / STEMS[notebook] / file
    lead = apart if apart.exists() and not file.exists() else file
    return lead.as_posix() + (f"#{heading.replace(' ', '-')}" if heading else "")


def words(section: str) -> str:
    """How "05#Leftovers" is said: 05, Leftovers."""
    notebook, _, heading = section.partition("#")
    return f"{notebook}, {heading}" if heading else notebook
