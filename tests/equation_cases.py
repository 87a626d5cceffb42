# ruff: noqa: E501  (an equation is not broken in the middle)
r"""Equations that hold and equations that do not, as data: what `check` must say about each.

The wrong ones are what learners and published material get wrong. Nothing here imports the package: a notation is
given by its name, and every equation was worked out from the link i = s·u + d·k − p.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """An equation, in the notation of this name; `layer` as `check` takes it."""

    name: str
    latex: str
    notation: str = "SERIES"
    layer: dict = field(default_factory=dict)

    def __str__(self):
        return self.name


@dataclass(frozen=True)
class Right(Case):
    """It holds, and reads nothing that does not exist."""


@dataclass(frozen=True, kw_only=True)
class Wrong(Case):
    """It does not hold.

    Attributes
    ----------
    bug : str
        The slip; a number is that of a planted bug, other words name a confusion.
    failing : int or None
        The step that is the first to fail, counted from 1; None where it raises.
    cause : str or None
        Words among the causes; None where no single change repairs it.
    sizes : bool
        The two sides do not even have the same number of cells.
    raises : str
        It cannot be judged, and these words say why.
    """

    bug: str
    failing: int | None = 1
    cause: str | None = None
    sizes: bool = False
    raises: str = ""


@dataclass(frozen=True, kw_only=True)
class Wider(Case):
    """It holds on the layers it claims, and not on those of `layer`; `cause` says what it takes for granted."""

    cause: str


@dataclass(frozen=True, kw_only=True)
class Warned(Case):
    """It holds; `reads` is what it reads although it does not exist, empty where there is nothing of the kind."""

    reads: tuple[str, ...] = ()


JEFKINE, ONE_BASED, NHWC = {"notation": "JEFKINE"}, {"notation": "ONE_BASED"}, {"notation": "NHWC"}


# ------------------------------------------------------------------------------------------------ right equations
RIGHT = [
    # -- the forward pass
    Right("forward in one row", r"z_u = b + \sum_k w_k x_{u+k}"),
    Right("forward with limits", r"z_u = \sum_{k=0}^{K-1} w_k\, x_{u+k} + b"),
    Right("forward of an image", r"z_{u,v} = \sum_{k=0}^{K-1}\sum_{l=0}^{L-1} w_{k,l}\, x_{u+k,\,v+l} + b"),
    Right(
        "forward with ranges below the sums",
        r"z_{f,u,v} = b_f + \sum_{0 \le c < C} \; \sum_{0 \le k < K} \; \sum_{0 \le l < L} w_{f,c,k,l} \cdot x_{c,u+k,v+l}",
    ),
    Right(
        "forward of the card",
        r"z_{n,f,u,v} = b_f + \sum_c \sum_{k,l} w_{f,c,k,l}\, x_{n,c,\,su+dk-p,\,sv+dl-p}",
    ),
    Right(
        "forward with groups",
        r"z_{n,f,u} = b_f + \sum_{c'}\sum_k w_{f,c',k}\, x_{n,\lfloor fG/F\rfloor C/G + c',\,su+dk-p}",
    ),
    Right(
        "forward per axis",
        r"z_{u,v} = b + \sum_{k,l} w_{k,l}\, x_{s_h u + d_h k - p_{\text{top}},\; s_w v + d_w l - p_{\text{left}}}",
    ),
    Right("forward in three dimensions", r"z_{u,v,t} = b + \sum_{k,l,m} w_{k,l,m}\, x_{u+k,\,v+l,\,t+m}"),
    Right(
        "forward with same padding",
        r"z_u = b + \sum_{k=0}^{K-1} w_k\, x_{u+k-\left\lfloor \frac{K-1}{2} \right\rfloor}",
        layer=dict(padding="same"),
    ),
    Right(
        "forward of a depthwise layer",
        r"z_{f,u} = b_f + \sum_k w_{f,0,k}\, x_{f,u+k}",
        layer=dict(groups=3, channels=3, filters=3),
    ),
    Right(
        "forward, dressed up",
        r"\boldsymbol{z}_{f,u} = \underbrace{b_f}_{\text{bias}} + \color{blue}{\sum_{c,k}}"
        r" \boldsymbol{w}_{f,c,k} \; \textcolor{red}{x_{c,u+k}} \qquad \text{(a filter over all channels)} \tag{3.1}",
    ),
    Right(
        "size of the output",
        r"U = \left\lfloor \frac{H + p_{\text{before}} + p_{\text{after}} - d(K-1) - 1}{s} \right\rfloor + 1",
    ),
    # -- single slopes
    Right("Jacobian in one row", r"\frac{\partial z_u}{\partial x_i} = \sum_k w_k\,[i = u+k] = w_{i-u}"),
    Right("slope of the output that a weight joins", r"\frac{\partial z_{i-k}}{\partial x_i} = w_k"),
    Right(
        "slope by an input of the whole sum",
        r"\frac{\partial}{\partial x_i} \Big( b + \sum_k w_k\, x_{u+k} \Big) = w_{i-u}",
    ),
    Right(
        "slope by a weight of the whole sum",
        r"\frac{\partial z_u}{\partial w_k} = \frac{\partial}{\partial w_k}"
        r" \left( b + \sum_{k'} w_{k'}\, x_{su+dk'-p} \right) = x_{su+dk-p}",
    ),
    # -- the input gradient
    Right(
        "input gradient, derived",
        r"""\begin{aligned}
\frac{\partial J}{\partial x_i}
  &= \sum_u \frac{\partial J}{\partial z_u}\,\frac{\partial z_u}{\partial x_i} && \text{the chain rule} \\
  &= \sum_u \delta_u \sum_k w_k\,[i = u+k]    && \text{the slope of a link} \\
  &= \sum_k w_k \sum_u [u = i-k]\, \delta_u   && \text{sums exchanged} \\[4pt]
  &= \sum_k \delta_{i-k}\, w_k
\end{aligned}""",
    ),
    Right(
        "input gradient inside bounds",
        r"\frac{\partial J}{\partial x_i} = \sum_k [0 \le i-k < U]\; \delta_{i-k}\, w_k",
    ),
    Right(
        "input gradient over outputs",
        r"\frac{\partial J}{\partial x_i} = \sum_{u=i-K+1}^{i} \delta_u\, w_{i-u} = \sum_{u \,:\, 0 \le i-u < K} \delta_u\, w_{i-u}",
    ),
    Right(
        "input gradient with the kernel turned",
        r"\frac{\partial J}{\partial x_{c,i,j}} = \sum_f \sum_{k,l} w_{f,c,K-1-k,L-1-l}\; \delta_{f,\,i+k-(K-1),\,j+l-(L-1)}",
    ),
    Right(
        "input gradient over the links of i",
        r"\frac{\partial J}{\partial x_i} = \sum_{u,k \,:\, su+dk-p=i} \delta_u\, w_k"
        r" = \sum_k [s \mid i+p-dk]\; \delta_{\frac{i+p-dk}{s}}\, w_k",
    ),
    Right(
        "input gradient with conditions below the sums",
        r"\frac{\partial J}{\partial x_{c,i,j}} = \sum_f \sum_{\substack{u,k \\ su+dk-p=i}}"
        r" \sum_{\substack{v,l \\ sv+dl-p=j}} \delta_{f,u,v}\, w_{f,c,k,l}",
    ),
    Right(
        "input gradient of the card",
        r"\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_f \sum_{k,l} [s \mid i+p-dk]\,[s \mid j+p-dl]\;"
        r" \delta_{n,f,\frac{i+p-dk}{s},\frac{j+p-dl}{s}}\, w_{f,c,k,l}",
    ),
    Right(
        "input gradient per axis",
        r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l}"
        r" \left[ s_h \mid i + p_{\text{top}} - k \right] \left[ s_w \mid j + p_{\text{left}} - l \right]\,"
        r" \delta_{\frac{i + p_{\text{top}} - k}{s_h},\; \frac{j + p_{\text{left}} - l}{s_w}}\, w_{k,l}",
    ),
    Right(
        "input gradient with backward kernels (Aggarwal)",
        r"\frac{\partial J}{\partial x_{c,i,j}} = \sum_f \sum_{k,l} \tilde{w}_{c,f,k,l}\; \delta_{f,\,i+k-(K-1),\,j+l-(L-1)}",
    ),
    Right(
        "input gradient with backward kernels and zeros inserted",
        r"\frac{\partial J}{\partial x_{c,i}} = \sum_f \sum_k \tilde w_{c,f,k}\; \hat\delta_{f,\,i+dk-(d(K-1)-p)}",
    ),
    Right(
        "input gradient with the backward padding",
        r"\frac{\partial J}{\partial x_i} = \sum_k \left[ s \mid i + dk - \left( d(K-1) - p \right) \right]\;"
        r" w_{K-1-k}\; \delta_{(i + dk - (d(K-1) - p))/s}",
    ),
    Right(
        "input gradient by remainders",
        r"\frac{\partial J}{\partial x_i} = \sum_k [(i+p-dk) \bmod s = 0]\; \delta_{\lfloor (i+p-dk)/s \rfloor}\, w_k",
    ),
    Right(
        "input gradient with limits in i and s",
        r"\frac{\partial J}{\partial x_i} = \sum_{u=\lceil (i-K+1)/s \rceil}^{\lfloor i/s \rfloor} \delta_u\, w_{i-su}",
    ),
    Right(
        "input gradient by phases",
        r"\frac{\partial J}{\partial x_i} = \sum_{q=0}^{\lfloor (K-1)/s \rfloor}"
        r" \delta_{\lfloor i/s \rfloor - q}\; w_{i \bmod s + sq}",
    ),
    Right(
        "input gradient with groups",
        r"\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_{f \,:\, \lfloor fG/F \rfloor = \lfloor cG/C \rfloor}"
        r" \sum_{k,l} [s \mid i+p-dk,\; s \mid j+p-dl]\;"
        r" \delta_{n,f,(i+p-dk)/s,(j+p-dl)/s}\; w_{f,\,c \bmod (C/G),\,k,l}",
    ),
    Right(
        "input gradient of a leftover row",
        r"\frac{\partial J}{\partial x_i} = \sum_k [s \mid i-k]\, \delta_{\frac{i-k}{s}}\, w_k = 0, \quad i \ge H - r",
    ),
    Right(
        "input gradient of the pixels between windows",
        r"\frac{\partial J}{\partial x_i} = 0, \qquad s \nmid i",
        layer=dict(kernel=1),
    ),
    Right(
        "input gradient away from the border",
        r"\frac{\partial J}{\partial x_i} = \sum_{u=i-K+1}^{i} \delta_u\, w_{i-u}, \quad K-1 \le i < U.",
    ),
    Right(
        "input gradient, scattered",
        r"\text{for all } n, c, f, u, v, k, l: \quad"
        r" \frac{\partial J}{\partial x_{n,c,su+dk-p,sv+dl-p}} \mathrel{+}= \delta_{n,f,u,v}\, w_{f,c,k,l}",
    ),
    Right(
        "input gradient, scattered, for all said behind",
        r"\frac{\partial J}{\partial x_{su+k}} \mathrel{+}= \delta_u\, w_k \quad \text{for all } u, k",
    ),
    # -- the weight gradient
    Right(
        "weight gradient, derived",
        r"""\begin{aligned}
\frac{\partial J}{\partial w_k} &= \sum_{u=0}^{U-1} \delta_u\, \frac{\partial z_u}{\partial w_k} \\
&= \sum_{u=0}^{U-1} \delta_u\, x_{u+k} = \sum_{u=0}^{H-K} \delta_u\, x_{u+k}
\end{aligned}""",
    ),
    Right(
        "weight gradient of the card",
        r"\frac{\partial J}{\partial w_{f,c,k,l}} = \sum_n \sum_{u,v} \delta_{n,f,u,v}\; x_{n,c,su+dk-p,sv+dl-p}",
    ),
    Right(
        "weight gradient with groups",
        r"\frac{\partial J}{\partial w_{f,c',k,l}} = \sum_n \sum_{u,v} \delta_{n,f,u,v}\;"
        r" x_{n,\,\lfloor fG/F \rfloor \frac{C}{G} + c',\, su+dk-p,\, sv+dl-p}",
    ),
    Right(
        "weight gradient over inputs",
        r"\partial J / \partial w_k = \sum_{i=k}^{k+U-1} x_i\, \delta_{i-k} = \sum_i x_i\, \delta_{i-k}",
    ),
    Right(
        "weight gradient with zeros inserted",
        r"\frac{\partial J}{\partial w_k} = \sum_{t=0}^{s(U-1)} [s \mid t]\; \delta_{t/s}\; x_{t+dk-p}",
    ),
    Right(
        "weight gradient with zeros inserted, by its symbol",
        r"\frac{\partial J}{\partial w_{f,c,k}} = \sum_{n,t} \hat{\delta}_{n,f,t}\; x_{n,c,t+dk-p}",
    ),
    Right(
        "weight gradient, scattered",
        r"\frac{\partial J}{\partial w_{f,c,k}} \mathrel{+}= \delta_{n,f,u}\, x_{n,c,su+dk-p}",
    ),
    # -- the bias gradient
    Right(
        "bias gradient",
        r"\frac{\partial J}{\partial b_f} = \sum_n \sum_{u,v} \delta_{n,f,u,v}\, \frac{\partial z_{n,f,u,v}}{\partial b_f}"
        r" = \sum_n \sum_{u,v} \delta_{n,f,u,v}",
    ),
    Right(
        "bias gradient of one filter",
        r"\frac{\partial J}{\partial b} = \sum_{u=0}^{U-1} \sum_{v=0}^{V-1} \delta_{u,v}",
    ),
    Right(
        "all three gradients",
        r"""\begin{aligned}
\frac{\partial J}{\partial x_{c,i}} &= \sum_f \sum_k \delta_{f,i-k}\, w_{f,c,k}, \\
\frac{\partial J}{\partial w_{f,c,k}} &= \sum_u \delta_{f,u}\, x_{c,u+k}, \\
\frac{\partial J}{\partial b_f} &= \sum_u \delta_{f,u}.
\end{aligned}""",
    ),
    # -- one scalar
    Right(
        "the scalar S",
        r"S = \sum_{f,u} \delta_{f,u}\, z_{f,u}"
        r" = \sum_{f,u} \delta_{f,u}\, b_f + \sum_{f,u} \sum_{c,k} \delta_{f,u}\, w_{f,c,k}\, x_{c,su+dk-p}",
    ),
    Right(
        "delta struck out",
        r"\frac{\partial S}{\partial \delta_{n,f,u,v}} = z_{n,f,u,v} = b_f + \sum_{c,k,l} w_{f,c,k,l}\, x_{n,c,u+k,v+l}",
    ),
    Right(
        "w struck out",
        r"\frac{\partial S}{\partial w_k} = \frac{\partial}{\partial w_k} \Big( \sum_u \delta_u z_u \Big) = \frac{\partial J}{\partial w_k}",
    ),
    Right(
        "inner products",
        r"\sum_{f,u,v} (z_{f,u,v} - b_f)\, \delta_{f,u,v} = \sum_{c,i,j} x_{c,i,j}\, \frac{\partial J}{\partial x_{c,i,j}}"
        r" = \sum_{f,c,k,l} w_{f,c,k,l}\, \frac{\partial J}{\partial w_{f,c,k,l}}",
    ),
    Right(
        "inner product of the bias",
        r"\sum_f b_f\, \frac{\partial J}{\partial b_f} = \sum_{n,f,u} b_f\, \delta_{n,f,u}",
    ),
    # -- whole arrays
    Right(
        "forward of whole arrays",
        r"z = x \star w + b = x *_{\text{valid}} \operatorname{rot}_{180^\circ}(w) + b",
    ),
    Right("forward with the kernel first", r"z = \operatorname{rot}_{180}(w) *_{\text{valid}} x + b"),
    Right(
        "input gradient of whole arrays",
        r"\frac{\partial J}{\partial x} = \delta *_{\text{full}} w = \delta \star_{\text{full}} \mathrm{rot}_{180}(w)",
    ),
    Right(
        "input gradient of whole arrays, by cells",
        r"\frac{\partial J}{\partial x_{i,j}} = (\delta * w)_{i,j} = (w * \delta)_{i,j}",
    ),
    Right(
        "weight gradient of whole arrays", r"\frac{\partial J}{\partial w} = x \star_{\text{valid}} \delta"
    ),
    # -- activation and layers
    Right(
        "through the activation",
        r"\delta_{u,v} = \frac{\partial J}{\partial z_{u,v}} = \frac{\partial J}{\partial a_{u,v}}\, \sigma'(z_{u,v})",
    ),
    Right(
        "activated output",
        r"a^{(\ell)}_{f,u} = \sigma\big( z^{(\ell)}_{f,u} \big)"
        r" = \sigma\Big( b^{(\ell)}_f + \sum_{c,k} w^{(\ell)}_{f,c,k}\, a^{(\ell-1)}_{c,u+k} \Big)",
    ),
    Right(
        "one layer down",
        r"\delta^{(\ell-1)}_{c,i} = \frac{\partial J}{\partial z^{(\ell-1)}_{c,i}}"
        r" = \sigma'\big( z^{(\ell-1)}_{c,i} \big) \sum_f \sum_k w^{(\ell)}_{f,c,k}\, \delta^{(\ell)}_{f,i-k}",
    ),
    Right(
        "weight gradient through the activation",
        r"\frac{\partial J}{\partial w_k} = \sum_u \frac{\partial J}{\partial a_u}\, \frac{\partial a_u}{\partial w_k}"
        r" = \sum_u \frac{\partial J}{\partial a_u}\, \sigma'(z_u)\, x_{u+k}",
    ),
    # -- channels last
    Right(
        "channels last: forward",
        r"z_{n,u,v,f} = b_f + \sum_{k,l,c} w_{k,l,c,f}\, x_{n,su+dk-p,sv+dl-p,c}",
        **NHWC,
    ),
    Right(
        "channels last: forward with groups",
        r"z_{n,u,f} = b_f + \sum_{k,c'} w_{k,c',f}\; x_{n,\,su+dk-p,\,\lfloor fG/F \rfloor C/G + c'}",
        **NHWC,
    ),
    Right(
        "channels last: input gradient",
        r"\frac{\partial J}{\partial x_{n,i,j,c}} = \sum_f \sum_{k,l} [s \mid i+p-dk \land s \mid j+p-dl]\;"
        r" \delta_{n,\frac{i+p-dk}{s},\frac{j+p-dl}{s},f}\; w_{k,l,c,f}",
        **NHWC,
    ),
    Right(
        "channels last: weight gradient",
        r"\frac{\partial J}{\partial w_{k,l,c,f}} = \sum_{n=0}^{N-1} \sum_{u=0}^{U-1} \sum_{v=0}^{V-1}"
        r" \delta_{n,u,v,f}\; x_{n,su+dk-p,sv+dl-p,c}",
        **NHWC,
    ),
    Right(
        "channels last: bias gradient",
        r"\frac{\partial J}{\partial b_f} = \sum_{n,u,v} \delta_{n,u,v,f}",
        **NHWC,
    ),
    Right(
        "channels last: scattered",
        r"\text{for all } n,u,v,f,k,l,c: \; \frac{\partial J}{\partial x_{n,u+k,v+l,c}} \mathrel{+}= \delta_{n,u,v,f}\, w_{k,l,c,f}",
        **NHWC,
    ),
    # -- Jefkine 2016
    Right("Jefkine (7)", r"x^l_{i,j} = \sum_m\sum_n w^l_{m,n}\, o^{l-1}_{i+m,j+n} + b^l", **JEFKINE),
    Right(
        "Jefkine (6), valid",
        r"x^l_{i,j} = o^{l-1}_{i,j} \ast_{\text{valid}} \operatorname{rot}_{180^\circ}\{w^l_{m,n}\} + b^l",
        **JEFKINE,
    ),
    Right(
        "Jefkine (10) to (13)",
        r"""\begin{align}
\frac{\partial E}{\partial w^l_{m',n'}} &= \sum_{i=0}^{H-k_1}\sum_{j=0}^{W-k_2} \delta^l_{i,j}\,\frac{\partial x^l_{i,j}}{\partial w^l_{m',n'}} \tag{10} \\
&= \sum_{i=0}^{H-k_1}\sum_{j=0}^{W-k_2} \delta^l_{i,j}\, o^{l-1}_{i+m',j+n'} \tag{13}
\end{align}""",
        **JEFKINE,
    ),
    Right(
        "Jefkine (11) and (12)",
        r"\frac{\partial x^l_{i,j}}{\partial w^l_{m',n'}} = \frac{\partial}{\partial w^l_{m',n'}}"
        r" \left( \sum_m \sum_n w^l_{m,n}\, o^{l-1}_{i+m,j+n} + b^l \right) = o^{l-1}_{i+m',j+n'}",
        **JEFKINE,
    ),
    Right(
        "Jefkine (14), valid",
        r"\frac{\partial E}{\partial w^l_{m',n'}} = o^{l-1}_{m',n'} \ast_{\text{valid}} \operatorname{rot}_{180^\circ}\{\delta^l_{i,j}\}",
        **JEFKINE,
    ),
    Right(
        "Jefkine (16), with the limits of Q",
        r"\frac{\partial E}{\partial x^l_{i',j'}} = \sum_{i=i'-k_1+1}^{i'}\, \sum_{j=j'-k_2+1}^{j'}"
        r" \delta^{l+1}_{i,j}\,\frac{\partial x^{l+1}_{i,j}}{\partial x^l_{i',j'}}",
        **JEFKINE,
    ),
    Right(
        "Jefkine (17) and (20)",
        r"\frac{\partial E}{\partial x^l_{i',j'}}"
        r" = \sum_{m=0}^{k_1-1}\sum_{n=0}^{k_2-1} \delta^{l+1}_{i'-m,j'-n}\,\frac{\partial x^{l+1}_{i'-m,j'-n}}{\partial x^l_{i',j'}}"
        r" = \sum_{m=0}^{k_1-1}\sum_{n=0}^{k_2-1} \delta^{l+1}_{i'-m,j'-n}\, w^{l+1}_{m,n}\, f'(x^l_{i',j'})",
        **JEFKINE,
    ),
    Right(
        "Jefkine (19)",
        r"\frac{\partial x^{l+1}_{i'-m,j'-n}}{\partial x^l_{i',j'}} = w^{l+1}_{m,n}\, f'(x^l_{i',j'})",
        **JEFKINE,
    ),
    Right(
        "Jefkine (22), corrected",
        r"\frac{\partial E}{\partial x^l_{i',j'}} = \big( \delta^{l+1} \ast_{\text{full}} w^{l+1} \big)_{i',j'}\, f'(x^l_{i',j'})",
        **JEFKINE,
    ),
    Right(
        "Jefkine (22), corrected, with named axes",
        r"\frac{\partial E}{\partial x^l_{i',j'}} = \delta^{l+1}_{i',j'} \ast w^{l+1}_{m,n}\; f'(x^l_{i',j'})",
        **JEFKINE,
    ),
    Right(
        "Jefkine: the bias",
        r"\frac{\partial E}{\partial b^l} = \sum_{i=0}^{H-k_1}\sum_{j=0}^{W-k_2} \delta^l_{i,j}",
        **JEFKINE,
    ),
    Right(
        "Jefkine with stride, channels and filters",
        r"\frac{\partial E}{\partial x^l_{c,i',j'}} = f'(x^l_{c,i',j'}) \sum_q \sum_{m,n} [s \mid i'-m,\, s \mid j'-n]\;"
        r" \delta^{l+1}_{q,\frac{i'-m}{s},\frac{j'-n}{s}}\, w^{l+1}_{q,c,m,n}",
        **JEFKINE,
    ),
    # -- the public answer
    Right(
        "answer: forward",
        r"z^l_{i,j,k} = \sum_{c} \sum_{m} \sum_{n} x^{l - 1}_{i + m - 1,j + n - 1,c} \cdot w^l_{m,n,c,k} + b^l_k",
        **ONE_BASED,
    ),
    Right(
        "answer: definition of the error",
        r"\delta^l_{x,y,z} = \frac{\partial J}{\partial \; z^l_{x,y,z}}",
        **ONE_BASED,
    ),
    Right(
        "answer: (1) and (2)",
        r"""\begin{align} \delta^l_{m,n,u} &= \sum_{k} \sum_a \sum_b \frac{\partial J}{\partial \; z^{l + 1}_{m - a + 1,n - b + 1,k}} \cdot \frac{\partial z^{l + 1}_{m - a + 1,n - b + 1,k}}{\partial z^l_{m,n,u}}\label{eq:delta1}\tag{1}\\
&= \sum_{k} \sum_a \sum_b \delta^{l + 1}_{m - a + 1,n - b + 1,k} \cdot \frac{\partial z^{l + 1}_{m - a + 1,n - b + 1,k}}{\partial z^l_{m,n,u}}.\label{eq:delta2}\tag{2} \end{align}""",
        **ONE_BASED,
    ),
    Right(
        "answer: (3) to (6)",
        r"""\begin{align} \frac{\partial z^{l + 1}_{m - a + 1,n - b + 1,k}}{\partial z^l_{m,n,u}} &= \frac{\partial}{\partial z^l_{m,n,u}} \Big( \sum_{p} \sum_{q} \sum_{r} z^{l}_{(m - a + 1) + p - 1,(n - b + 1) + q - 1,r} \cdot w^{l + 1}_{p,q,r,k}\Big)\label{eq1}\tag{3}\\
&= \frac{\partial}{\partial z^l_{m,n,u}} \Big( \sum_{p} \sum_{q} \sum_{r} z^{l}_{m - a + p,n - b + q,r} \cdot w^{l + 1}_{p,q,r,k}\Big)\label{eq2}\tag{4}\\
&= \frac{\partial}{\partial z^l_{m,n,u}} \Big( z^{l}_{m,n,u} \cdot w^{l + 1}_{a,b,u,k}\Big)\label{eq3}\tag{5}\\
&= w^{l + 1}_{a,b,u,k}.\label{eq4}\tag{6} \end{align}""",
        **ONE_BASED,
    ),
    Right(
        "answer: (7)",
        r"\begin{align} \delta^l_{m,n,u} &= \sum_{k} \sum_a \sum_b \delta^{l + 1}_{m - a + 1,n - b + 1,k} \cdot w^{l + 1}_{a,b,u,k}.\label{eq:final1}\tag{7} \end{align}",
        **ONE_BASED,
    ),
    Right(
        "answer: the weights, left as an exercise",
        r"\frac{\partial J}{\partial w^l_{a,b,c,k}} = \sum_m \sum_n \delta^l_{m,n,k} \cdot x^{l-1}_{m+a-1,n+b-1,c}",
        **ONE_BASED,
    ),
    Right(
        "answer: the bias, left as an exercise",
        r"\frac{\partial J}{\partial b^l_k} = \sum_m \sum_n \delta^l_{m,n,k} \cdot \frac{\partial z^l_{m,n,k}}{\partial b^l_k}"
        r" = \sum_m \sum_n \delta^l_{m,n,k}",
        **ONE_BASED,
    ),
]


# ------------------------------------------------------------------------------------------------ wrong equations
WRONG = [
    # -- the flip
    Wrong(
        "kernel not turned",
        r"\frac{\partial J}{\partial x_i} = \sum_k \delta_{i+k}\, w_k",
        bug="1: kernel not flipped in the gather form",
        cause="the sign before k is a minus",
    ),
    Wrong(
        "kernel not turned, with its padding",
        r"\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_f \sum_{k,l} w_{f,c,k,l}\; \delta_{n,f,i+k-(K-1),j+l-(L-1)}",
        bug="1: kernel not flipped in the gather form",
        cause="the kernel is flipped in w_{f,c,k,l}",
    ),
    Wrong(
        "kernel turned when scattering",
        r"\text{for all } u,v,k,l: \; \frac{\partial J}{\partial x_{u+k,v+l}} \mathrel{+}= \delta_{u,v}\, w_{K-1-k,L-1-l}",
        bug="why does this code not rotate: a scatter needs no flip",
        cause="the kernel is not flipped",
    ),
    Wrong(
        "kernel transposed",
        r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i-k,j-l}\, w_{l,k}",
        bug="2: kernel transposed instead of rotated",
        cause="l and k are exchanged in w_{l,k}",
    ),
    Wrong(
        "kernel turned by 90 degrees",
        r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i-k,j-l}\, w_{l,K-1-k}",
        bug="3: rotated by 90°",
    ),
    Wrong(
        "only the rows turned",
        r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i-k,j+l}\, w_{k,l}",
        bug="which axes flip? all spatial ones",
        cause="the sign before l is a minus",
    ),
    Wrong(
        "filters flipped too",
        r"\frac{\partial J}{\partial x_{c,i,j}} = \sum_f \sum_{k,l} \delta_{f,i-k,j-l}\, w_{F-1-f,c,k,l}",
        bug="4: flipped along the filter too",
        cause="there is one filter",
    ),
    Wrong(
        "channels flipped too",
        r"\frac{\partial J}{\partial x_{c,i,j}} = \sum_f \sum_{k,l} \delta_{f,i-k,j-l}\, w_{f,C-1-c,k,l}",
        bug="4: flipped along the channel too",
        cause="there is one channel",
    ),
    Wrong(
        "flip index K - k",
        r"\frac{\partial J}{\partial x_i} = \sum_k w_{K-k}\; \delta_{i+k-(K-1)}",
        bug="16: flip index K − k instead of K − 1 − k",
        cause="K-k is replaced by K-k-1",
    ),
    Wrong(
        "convolution for correlation",
        r"\frac{\partial J}{\partial x_{i,j}} = (\delta \star_{\text{full}} w)_{i,j}",
        bug="correlation against convolution in library calls",
        cause="is read as a convolution",
    ),
    Wrong(
        "forward by a convolution",
        r"z_{u,v} = (x *_{\text{valid}} w)_{u,v} + b",
        bug="correlation against convolution in library calls",
        cause="is read as a correlation",
    ),
    Wrong(
        "Jacobian read backwards",
        r"\frac{\partial z_u}{\partial x_i} = \sum_k w_k\,[i = u+k] = w_{u-i}",
        bug="1: kernel not flipped in the gather form",
        failing=2,
    ),
    # -- channels and filters
    Wrong(
        "channel and filter swapped",
        r"\frac{\partial J}{\partial x_{c,i,j}} = \sum_f \sum_{k,l} \delta_{f,i-k,j-l}\, w_{c,f,k,l}",
        bug="5: channel and filter axes swapped in the wrong place",
        cause="c and f are exchanged in w_{c,f,k,l}",
    ),
    Wrong(
        "backward kernels with the axes of the forward ones",
        r"\frac{\partial J}{\partial x_{c,i}} = \sum_f \sum_k \tilde w_{f,c,k}\, \delta_{f,i+k-(K-1)}",
        bug="5 and 4: Aggarwal's exchange of channel and filter forgotten",
        cause="f and c are exchanged",
    ),
    Wrong(
        "filters mixed",
        r"\frac{\partial J}{\partial x_{c,i}} = \sum_{f,f',k} \delta_{f,i-k}\, w_{f',c,k}",
        bug="6: filters mixed, one letter too many",
        cause="there is one filter",
    ),
    Wrong(
        "channels mixed in the forward pass",
        r"z_{f,u} = b_f + \sum_{c,c'} \sum_k w_{f,c,k}\, x_{c',u+k}",
        bug="6: f and c summed independently",
        cause="there is one channel",
    ),
    Wrong(
        "filter by filter",
        r"\frac{\partial J}{\partial x_{f,i}} = \sum_k \delta_{f,i-k}\, w_{f,0,k}",
        bug="5 gradient maps with 5 rotated filters give depth 5",
        cause="there is one filter",
    ),
    Wrong(
        "weight gradient summed over channels",
        r"\frac{\partial J}{\partial w_{f,c,k}} = \sum_{n,u} \sum_{c'} \delta_{n,f,u}\, x_{n,c',u+k}",
        bug="19: weight gradient summed over c",
        cause="there is one channel",
    ),
    # -- stride
    Wrong(
        "division by the stride forgotten",
        r"\frac{\partial J}{\partial x_i} = \sum_k [s \mid i-k]\; \delta_{i-k}\, w_k",
        bug="7: stride ignored in the input gradient",
        cause="the stride is 1",
    ),
    Wrong(
        "rounded down instead of left out",
        r"\frac{\partial J}{\partial x_i} = \sum_k \delta_{\lfloor (i-k)/s \rfloor}\, w_k",
        bug="7: stride ignored in the input gradient: terms that are no link",
        cause="the stride is 1",
    ),
    Wrong(
        "no bracket at all",
        r"\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_f \sum_{k,l} \delta_{n,f,\frac{i+p-dk}{s},\frac{j+p-dl}{s}}\, w_{f,c,k,l}",
        bug="stride: I tried to derive it and it does not work",
        failing=None,
        raises="is not whole",
    ),
    Wrong(
        "bracket of the rows alone",
        r"\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_f \sum_{k,l} [s \mid i+p-dk]\;"
        r" \delta_{n,f,\frac{i+p-dk}{s},\frac{j+p-dl}{s}}\, w_{f,c,k,l}",
        bug="stride: I tried to derive it and it does not work",
        failing=None,
        raises="a bracket such as",
    ),
    Wrong(
        "stride on the rows alone",
        r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v}\, x_{su+k,v+l}",
        bug="8: stride ignored in the weight gradient",
        cause="the stride is 1",
    ),
    Wrong(
        "stride at the tap",
        r"z_u = b + \sum_k w_k\, x_{u+sk}",
        bug="published: the stride on the wrong index in the forward formula",
        cause="the stride is 1",
    ),
    Wrong(
        "zeros inserted at the wrong phase",
        r"\frac{\partial J}{\partial x_i} = \sum_k [s \mid i-k+1]\; \delta_{\frac{i-k+1}{s}}\, w_k",
        bug="9: zeros inserted at the wrong phase",
    ),
    Wrong(
        "leftover split evenly",
        r"\frac{\partial J}{\partial x_i} = \sum_k \left[ s \mid i-k-\lfloor r/2 \rfloor \right]\;"
        r" \delta_{(i-k-\lfloor r/2 \rfloor)/s}\, w_k",
        bug="10: leftover rows split evenly on both sides",
        cause="the stride is 1",
    ),
    Wrong(
        "scatter at every s-th output",
        r"\text{for all } u,k: \; \frac{\partial J}{\partial x_{su+k}} \mathrel{+}= \delta_{su}\, w_k",
        bug="7: stride on the wrong index",
        cause="the stride is 1",
    ),
    Wrong(
        "strides of the axes exchanged",
        r"z_{u,v} = b + \sum_{k,l} w_{k,l}\, x_{s_w u + k,\; s_h v + l}",
        bug="8: the stride of the other axis",
        cause="the stride is 1",
    ),
    Wrong(
        "output size without the leftover",
        r"U = \frac{H - K}{s} + 1",
        bug="25: sizes that do not divide",
        cause="the stride is 1",
    ),
    # -- padding
    Wrong(
        "forward padding where the backward one belongs",
        r"\frac{\partial J}{\partial x_i} = \sum_k w_{K-1-k}\; \delta_{i+k-p}",
        bug="11: padding P used where d(K−1)−P belongs",
    ),
    Wrong(
        "forward padding, with stride and dilation",
        r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} [s \mid i+dk-p]\,[s \mid j+dl-p]\;"
        r" w_{K-1-k,L-1-l}\; \delta_{\frac{i+dk-p}{s},\frac{j+dl-p}{s}}",
        bug="11: padding P used where d(K−1)−P belongs",
    ),
    Wrong(
        "backward padding without the dilation",
        r"\frac{\partial J}{\partial x_i} = \sum_k w_{K-1-k}\; \delta_{i+dk-(K-1-p)}",
        bug="11 and 14: K−1−p where d(K−1)−p belongs",
        cause="the dilation is 1",
    ),
    Wrong(
        "crop forgotten",
        r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i+p-k,\,j-l}\, w_{k,l}",
        bug="12: crop forgotten, here on one axis",
        cause="there is no padding",
    ),
    Wrong(
        "crop of the other side",
        r"\frac{\partial J}{\partial x_i} = \sum_k \delta_{i+p_{\text{before}}-k}\, w_k = \sum_k \delta_{i+p_{\text{after}}-k}\, w_k",
        bug="13: asymmetric padding, the other side",
        failing=2,
        cause="there is no padding",
    ),
    Wrong(
        "crop off by one",
        r"\frac{\partial J}{\partial x_i} = \sum_k \delta_{i+p-1-k}\, w_k",
        bug="13: crop off by one",
        cause=r"is replaced by i+p-1-k+1",
    ),
    Wrong(
        "padding with the wrong sign",
        r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v}\, x_{su+k+p,\,sv+l-p}",
        bug="padding in backward: found by trial",
        cause="the sign before p is a minus",
    ),
    Wrong(
        "forward padding about the zero-inserted delta",
        r"\frac{\partial J}{\partial x_i} = \sum_k \tilde w_k\, \hat\delta_{i+k-p}",
        bug="11: padding P used where d(K−1)−P belongs",
    ),
    # -- dilation
    Wrong(
        "dilation ignored on one axis",
        r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v}\, x_{su+dk-p,\,sv+l-p}",
        bug="14: dilation ignored",
        cause="the dilation is 1",
    ),
    Wrong(
        "dilation at the wrong operand",
        r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u\, x_{du+sk-p}",
        bug="14: dilation applied to the wrong operand",
        cause="s and d are exchanged",
    ),
    Wrong(
        "dilation in the bracket, not in the index",
        r"\frac{\partial J}{\partial x_i} = \sum_k [s \mid i-dk]\; \delta_{\lfloor (i-k)/s \rfloor}\, w_k",
        bug="14: dilation ignored",
        cause="the dilation is 1",
    ),
    Wrong(
        "dilation counted from 0",
        r"z_u = b + \sum_k w_k\, x_{su+(d+1)k-p}",
        bug="15: dilation counted from 0",
    ),
    # -- the weight gradient
    Wrong(
        "weight gradient reversed",
        r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v}\, x_{u+K-1-k,\,v+L-1-l}",
        bug="17: correlation arguments swapped, the result is reversed",
        cause="the kernel is flipped in w_{k,l}",
    ),
    Wrong(
        "correlation arguments swapped",
        r"\frac{\partial J}{\partial w} = \delta \star x",
        bug="17: correlation arguments swapped in the weight gradient",
        cause="are exchanged",
        sizes=True,
    ),
    Wrong(
        "weight gradient by a convolution",
        r"\frac{\partial J}{\partial w} = x *_{\text{valid}} \delta",
        bug="17: the result is reversed",
        cause="is read as a correlation",
    ),
    Wrong(
        "divided by the batch",
        r"\frac{\partial J}{\partial w_{f,c,k,l}} = \frac{1}{N} \sum_n \sum_{u,v} \delta_{n,f,u,v}\, x_{n,c,u+k,v+l}",
        bug="18: weight gradient divided by N while the input gradient is not",
        cause="multiplied by N",
    ),
    Wrong(
        "first example alone",
        r"\frac{\partial J}{\partial w_{f,c,k}} = \sum_u \delta_{0,f,u}\, x_{0,c,u+k}",
        bug="19: weight gradient not summed over n",
        cause="there is one example",
    ),
    Wrong(
        "batch not summed",
        r"\frac{\partial J}{\partial w_{f,c,k}} = \sum_u \delta_{n,f,u}\, x_{n,c,u+k}",
        bug="19: weight gradient not summed over n",
        failing=None,
        raises="n is never bound",
    ),
    Wrong(
        "one product",
        r"\frac{\partial J}{\partial w_k} = \delta_k\, x_k",
        bug="forgetting that a weight touches every output",
    ),
    Wrong(
        "product of two sums",
        r"\frac{\partial J}{\partial w_k} = \Big( \sum_u \delta_u \Big) \Big( \sum_{u'} x_{u'+k} \Big)",
        bug="elementwise product against matrix product in the window update",
    ),
    Wrong(
        "one letter for two sums",
        r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u \sum_u x_{u+k}",
        bug="which indices survive, which are summed",
        failing=None,
        raises="u is bound twice",
    ),
    Wrong(
        "equals instead of adding up",
        r"\frac{\partial J}{\partial x_{u+k}} = \delta_u\, w_k",
        bug="21: overlapping dx[idx] += v that loses what was there",
    ),
    # -- bias
    Wrong(
        "bias gradient as a mean",
        r"\frac{\partial J}{\partial b} = \frac{1}{UV} \sum_{u,v} \delta_{u,v}",
        bug="20: bias gradient, mean",
        cause="multiplied by U V",
    ),
    Wrong(
        "one total for all filters",
        r"\frac{\partial J}{\partial b_f} = \sum_{n,f',u,v} \delta_{n,f',u,v}",
        bug="20: one total for all filters",
        cause="there is one filter",
    ),
    Wrong(
        "bias gradient without the batch",
        r"\frac{\partial J}{\partial b_f} = \sum_{n,u,v} \delta_{n,f,u,v} = N \sum_{u,v} \delta_{0,f,u,v}",
        bug="20: batch forgotten",
        failing=2,
        cause="there is one example",
    ),
    Wrong(
        "bias gradient as a map",
        r"\frac{\partial J}{\partial b_{f,u,v}} = \sum_n \delta_{n,f,u,v}",
        bug="20: shape (F,U,V)",
        failing=None,
        raises="b has 3 subscripts",
    ),
    Wrong(
        "inner product with the bias",
        r"\sum_u z_u\, \delta_u = \sum_i x_i\, \frac{\partial J}{\partial x_i}",
        bug="inner products: ⟨z−b,δ⟩, not ⟨z,δ⟩",
    ),
    # -- groups
    Wrong(
        "groups ignored",
        r"\frac{\partial J}{\partial x_{c,i}} = \sum_f \sum_k \delta_{f,i-k}\; w_{f,\,c \bmod (C/G),\,k}",
        bug="24: groups ignored: every filter reads every channel",
        cause="there is one group",
    ),
    Wrong(
        "group blocks interleaved",
        r"z_{f,u} = b_f + \sum_{c',k} w_{f,c',k}\; x_{c' G + \lfloor fG/F \rfloor,\,u+k}",
        bug="24: group blocks in the wrong order",
        cause="there is one group",
    ),
    Wrong(
        "groups of the filters counted as those of the channels",
        r"z_{f,u} = b_f + \sum_{c',k} w_{f,c',k}\; x_{\lfloor f/G \rfloor C/G + c',\,u+k}",
        bug="24: group blocks in the wrong order",
    ),
    # -- activation
    Wrong(
        "slope of the activation forgotten",
        r"\frac{\partial J}{\partial z^{(\ell)}_{i,j}} = \sum_{k,l} w^{(\ell+1)}_{k,l}\, \delta^{(\ell+1)}_{i-k,j-l}",
        bug="26: activation derivative forgotten",
    ),
    Wrong(
        "slope of the activation at the wrong layer",
        r"\frac{\partial J}{\partial z^{(\ell)}_i} = \sum_k w^{(\ell+1)}_k\, \delta^{(\ell+1)}_{i-k}\, \sigma'(z^{(\ell+1)}_{i-k})",
        bug="26: activation derivative taken at the wrong layer",
    ),
    Wrong(
        "activation without its prime",
        r"\delta_u = \frac{\partial J}{\partial a_u}\, \sigma(z_u)",
        bug="26: activation instead of its derivative",
    ),
    Wrong(
        "gradient at the wrong side of the activation",
        r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u\, x_{u+k} = \sum_u \frac{\partial J}{\partial a_u}\, x_{u+k}",
        bug="26: gradient of z taken where that of σ(z) belongs",
        failing=2,
    ),
    # -- limits
    Wrong(
        "last weight left out",
        r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k=0}^{K-1} \sum_{l=0}^{L-2} \delta_{i-k,j-l}\, w_{k,l}",
        bug="which indices are summed: a limit off by one",
        cause="ends at L-2+1",
    ),
    Wrong(
        "counted from 1",
        r"z_u = b + \sum_{k=1}^{K} w_k\, x_{u+k}",
        bug="published: check the forward index with 1-based i",
    ),
    Wrong(
        "third line of a derivation",
        r"""\begin{aligned}
\frac{\partial J}{\partial x_{c,i}} &= \sum_f \sum_u \delta_{f,u}\, \frac{\partial z_{f,u}}{\partial x_{c,i}} \\
&= \sum_f \sum_u \sum_k [i = u+k]\, \delta_{f,u}\, w_{f,c,k} \\
&= \sum_f \sum_k \delta_{f,i-k-1}\, w_{f,c,k} \\
&= \sum_f \sum_k \delta_{f,i-k}\, w_{f,c,k}
\end{aligned}""",
        bug="13: off by one",
        failing=3,
        cause="i-k-1 is replaced by i-k",
    ),
    Wrong(
        "second of three gradients",
        r"""\begin{aligned}
\frac{\partial J}{\partial x_{c,i}} &= \sum_f \sum_k \delta_{f,i-k}\, w_{f,c,k} \\
\frac{\partial J}{\partial w_{f,c,k}} &= \sum_u \delta_{f,u}\, x_{c,u-k} \\
\frac{\partial J}{\partial b_f} &= \sum_u \delta_{f,u}
\end{aligned}""",
        bug="17: the result is reversed",
        failing=2,
        cause="the sign before k is a plus",
    ),
    # -- channels last
    Wrong(
        "channels last: kernel with the filter first",
        r"z_{n,u,v,f} = b_f + \sum_{k,l,c} w_{f,k,l,c}\, x_{n,u+k,v+l,c}",
        bug="5: filter axis in the wrong place",
        **NHWC,
    ),
    Wrong(
        "channels last: channel and filter swapped",
        r"\frac{\partial J}{\partial x_{n,i,j,c}} = \sum_{f,k,l} \delta_{n,i-k,j-l,f}\, w_{k,l,f,c}",
        bug="5: channel and filter axes swapped in the wrong place",
        cause="f and c are exchanged in w_{k,l,f,c}",
        **NHWC,
    ),
    Wrong(
        "channels last: bias gradient divided by N",
        r"\frac{\partial J}{\partial b_f} = \frac{1}{N} \sum_{n,u,v} \delta_{n,u,v,f}",
        bug="18 and 20: divide by the batch size: where?",
        cause="multiplied by N",
        **NHWC,
    ),
    # -- Jefkine 2016
    Wrong(
        "Jefkine (3)",
        r"x^l_{i,j} = \sum_{m=0}^{k_1-1}\sum_{n=0}^{k_2-1} o^{l-1}_{i+m,j+n}\, w^l_{-m,-n} + b^l",
        bug="published, Eq. 3: convolution as correlation with K(−m,−n) over the same ranges",
        **JEFKINE,
    ),
    Wrong(
        "Jefkine (6), the bias as a map",
        r"x^l_{i,j} = \operatorname{rot}_{180^\circ}\{w^l_{m,n}\} \ast o^{l-1}_{i,j} + b^l_{i,j}",
        bug="published, Eq. 6: two shapes of bias",
        failing=None,
        raises="b has 2 subscripts",
        **JEFKINE,
    ),
    Wrong(
        "Jefkine (20), kernel not turned",
        r"\frac{\partial E}{\partial x^l_{i',j'}} = \sum_{m=0}^{k_1-1}\sum_{n=0}^{k_2-1} \delta^{l+1}_{i'+m,j'+n}\, w^{l+1}_{m,n}\, f'(x^l_{i',j'})",
        bug="1: kernel not flipped in the gather form",
        **JEFKINE,
    ),
    Wrong(
        "Jefkine (22), read as a convolution",
        r"\frac{\partial E}{\partial x^l_{i',j'}}"
        r" = \sum_{m=0}^{k_1-1}\sum_{n=0}^{k_2-1} \delta^{l+1}_{i'-m,j'-n}\, w^{l+1}_{m,n}\, f'(x^l_{i',j'})"
        r" = \big( \delta^{l+1} \ast \operatorname{rot}_{180^\circ}\{w^{l+1}\} \big)_{i',j'}\, f'(x^l_{i',j'})",
        bug="published, Eq. 22: convolution with a kernel that is rotated already",
        cause="is not turned",
        failing=2,
        **JEFKINE,
    ),
    Wrong(
        "Jefkine (22), as printed",
        r"\frac{\partial E}{\partial x^l_{i',j'}} = \delta^{l+1}_{i',j'} \ast \operatorname{rot}_{180^\circ}\{w^{l+1}_{m,n}\}\, f'(x^l_{i',j'})",
        bug="published, Eq. 22: convolution with a kernel that is rotated already",
        cause="is not turned",
        **JEFKINE,
    ),
    Wrong(
        "Jefkine (13), pre-activation for input",
        r"\frac{\partial E}{\partial w^l_{m',n'}} = \sum_{i=0}^{H-k_1}\sum_{j=0}^{W-k_2} \delta^l_{i,j}\, x^{l-1}_{i+m',j+n'}",
        bug="26: taken at the wrong side of the activation",
        **JEFKINE,
    ),
    Wrong(
        "Jefkine (13), one row short",
        r"\frac{\partial E}{\partial w^l_{m',n'}} = \sum_{i=0}^{H-k_1-1}\sum_{j=0}^{W-k_2} \delta^l_{i,j}\, o^{l-1}_{i+m',j+n'}",
        bug="10: one row dropped",
        cause="ends at H-k_1",
        **JEFKINE,
    ),
    # -- the public answer
    Wrong(
        "answer (8), for the kernel as it is stored",
        r"\begin{align} \delta^l_{m,n,u} &= \sum_{k} \sum_a \sum_b \delta^{l + 1}_{m - a + 1,n - b + 1,k} \cdot w^{l + 1}_{a,b,k,u}.\label{eq:final2}\tag{8} \end{align}",
        bug="published, Eq. 8: for a kernel stored with its last two axes swapped",
        cause="k and u are exchanged",
        **ONE_BASED,
    ),
    Wrong(
        "answer (7), counted from 0",
        r"\delta^l_{m,n,u} = \sum_k \sum_a \sum_b \delta^{l+1}_{m-a,n-b,k} \cdot w^{l+1}_{a,b,u,k}",
        bug="13: off by one: indices from 0 and from 1 mixed",
        **ONE_BASED,
    ),
    Wrong(
        "answer (6), with the wrong channel",
        r"\frac{\partial z^{l+1}_{m-a+1,n-b+1,k}}{\partial z^l_{m,n,u}} = w^{l+1}_{a,b,k,u}",
        bug="5: channel and filter axes swapped in the wrong place",
        cause="k and u are exchanged",
        **ONE_BASED,
    ),
    Wrong(
        "answer: one bias for all filters",
        r"z^l_{i,j,k} = \sum_{c} \sum_{m} \sum_{n} x^{l - 1}_{i + m - 1,j + n - 1,c} \cdot w^l_{m,n,c,k} + b^l",
        bug="bias: which shape?",
        failing=None,
        raises="b has no subscript",
        **ONE_BASED,
    ),
]


# ------------------------------------------------------------------------------------------- right for a narrower layer
ROW = r"\frac{\partial J}{\partial x_i} = \sum_k \delta_{i-k}\, w_k"
TAPS = r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v}\, x_{u+k,v+l}"
FILTERS = r"\frac{\partial J}{\partial x_{c,i}} = \sum_f \sum_k \delta_{f,i-k}\, w_{f,c,k}"
STRIDED = r"\frac{\partial J}{\partial x_i} = \sum_k [s \mid i-k]\, \delta_{(i-k)/s}\, w_k"
ANSWER = r"\delta^l_{m,n,u} = \sum_k \sum_a \sum_b \delta^{l+1}_{m-a+1,n-b+1,k} \cdot w^{l+1}_{a,b,u,k}"
ARTICLE = r"\frac{\partial E}{\partial w^l_{m',n'}} = \sum_{i=0}^{H-k_1}\sum_{j=0}^{W-k_2} \delta^l_{i,j}\, o^{l-1}_{i+m',j+n'}"

WIDER = [
    Wider("row, stride", ROW, layer=dict(stride=2), cause="the stride is 1"),
    Wider("row, dilation", ROW, layer=dict(dilation=3), cause="the dilation is 1"),
    Wider("row, padding", ROW, layer=dict(padding=1), cause="there is no padding"),
    Wider("weights, stride", TAPS, layer=dict(stride=3), cause="the stride is 1"),
    Wider("weights, stride of one axis", TAPS, layer=dict(stride=(1, 2)), cause="the stride is 1"),
    Wider("weights, dilation", TAPS, layer=dict(dilation=2), cause="the dilation is 1"),
    Wider(
        "weights, padding of one side",
        TAPS,
        layer=dict(padding=((0, 0), (2, 0))),
        cause="there is no padding",
    ),
    Wider("filters, groups", FILTERS, layer=dict(groups=2), cause="there is one group"),
    Wider("filters, stride", FILTERS, layer=dict(stride=2), cause="the stride is 1"),
    Wider("strided, dilation", STRIDED, layer=dict(dilation=2), cause="the dilation is 1"),
    Wider("strided, padding", STRIDED, layer=dict(padding=2), cause="there is no padding"),
    Wider(
        "whole arrays, stride",
        r"\frac{\partial J}{\partial x} = \delta *_{\text{full}} w",
        layer=dict(stride=2),
        cause="the stride is 1",
    ),
    Wider(
        "Jefkine (20), stride",
        r"\frac{\partial E}{\partial x^l_{i',j'}} = \sum_{m=0}^{k_1-1}\sum_{n=0}^{k_2-1}"
        r" \delta^{l+1}_{i'-m,j'-n}\, w^{l+1}_{m,n}\, f'(x^l_{i',j'})",
        layer=dict(stride=2),
        cause="the stride is 1",
        **JEFKINE,
    ),
    Wider("Jefkine (13), stride", ARTICLE, layer=dict(stride=2), cause="the stride is 1", **JEFKINE),
    Wider("answer (7), stride", ANSWER, layer=dict(stride=2), cause="the stride is 1", **ONE_BASED),
    Wider("answer (7), padding", ANSWER, layer=dict(padding=1), cause="there is no padding", **ONE_BASED),
    Wider(
        "channels last, dilation",
        r"\frac{\partial J}{\partial w_{k,l,c,f}} = \sum_{n,u,v} \delta_{n,u,v,f}\, x_{n,u+k,v+l,c}",
        layer=dict(dilation=2),
        cause="the dilation is 1",
        **NHWC,
    ),
]


# ------------------------------------------------------------------------------------- reads of what does not exist
WARNED = [
    Warned("one weight too many", r"z_u = b + \sum_{k=0}^{K} w_k\, x_{u+k}", reads=("w_K",)),
    Warned("one weight too early", r"z_u = b + \sum_{k=-1}^{K-1} w_k\, x_{u+k}", reads=("w_{-1}",)),
    Warned(
        "one weight too many, in a range", r"z_u = b + \sum_{0 \le k \le K} w_k\, x_{u+k}", reads=("w_K",)
    ),
    Warned(
        "one output too many",
        r"\frac{\partial J}{\partial w_k} = \sum_{u=0}^{U} \delta_u\, x_{u+k}",
        reads=(r"\delta_U",),
    ),
    Warned(
        "outputs to the end of the input",
        r"\frac{\partial J}{\partial w_k} = \sum_{u=0}^{H-1} \delta_u\, x_{u+k}",
        reads=(r"\delta_{H-1}",),
    ),
    Warned(
        "one output too early",
        r"\frac{\partial J}{\partial x_i} = \sum_{u=i-K}^{i} \delta_u\, w_{i-u}",
        reads=("w_{i-(i-K)}",),
    ),
    Warned(
        "one output too late",
        r"\frac{\partial J}{\partial x_i} = \sum_{u=i-K+1}^{i+1} \delta_u\, w_{i-u}",
        reads=("w_{i-(i+1)}",),
    ),
    Warned(
        "one channel too many",
        r"z_{f,u} = b_f + \sum_{c=0}^{C} \sum_{k=0}^{K-1} w_{f,c,k}\, x_{c,u+k}",
        reads=("w_{f,C,k}", "x_{C,u+k}"),
    ),
    Warned(
        "one column too many",
        r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k=0}^{K-1} \sum_{l=0}^{L} \delta_{i-k,j-l}\, w_{k,l}",
        reads=("w_{k,L}",),
    ),
    Warned(
        "one weight too many behind a bracket",
        r"\frac{\partial J}{\partial x_i} = \sum_{k=0}^{K} [s \mid i+p-dk]\, \delta_{\frac{i+p-dk}{s}}\, w_k",
        reads=("w_K",),
    ),
    Warned(
        "one example too many",
        r"\frac{\partial J}{\partial b_f} = \sum_{n=0}^{N} \sum_{u=0}^{U-1} \delta_{n,f,u}",
        reads=(r"\delta_{N,f,u}",),
    ),
    Warned(
        "one output too many, under a derivative",
        r"\frac{\partial J}{\partial x_i} = \sum_{u=0}^{U} \delta_u\, \frac{\partial z_u}{\partial x_i}",
        reads=(r"\delta_U", "z_U"),
    ),
    Warned(
        "one input too many, on the second side",
        r"\sum_u \delta_u\, (z_u - b) = \sum_{i=0}^{H} x_i\, \frac{\partial J}{\partial x_i}",
        reads=("x_H",),
    ),
    Warned(
        "Jefkine: one row too many",
        ARTICLE.replace("H-k_1}", "H-k_1+1}"),
        reads=(r"\delta^l_{H-k_1+1,j}",),
        **JEFKINE,
    ),
    Warned(
        "answer: channels from 0",
        r"z^l_{i,j,k} = \sum_{c=0}^{C} \sum_m \sum_n x^{l-1}_{i+m-1,j+n-1,c} \cdot w^l_{m,n,c,k} + b^l_k",
        reads=("x^{l-1}_{i+m-1,j+n-1,0}", "w^l_{m,n,0,k}"),
        **ONE_BASED,
    ),
    Warned(
        "channels last: one column too many",
        r"\frac{\partial J}{\partial b_f} = \sum_{n,u} \sum_{v=0}^{V} \delta_{n,u,v,f}",
        reads=(r"\delta_{n,u,V,f}",),
        **NHWC,
    ),
    # -- neighbours that read what does exist, at least for some cell
    Warned("all weights", r"\frac{\partial J}{\partial x_i} = \sum_{k=0}^{K-1} \delta_{i-k}\, w_k"),
    Warned(
        "outputs from i - K + 1 to i",
        r"\frac{\partial J}{\partial x_i} = \sum_{u=i-K+1}^{i} \delta_u\, w_{i-u}",
    ),
    Warned("all outputs", r"\frac{\partial J}{\partial x_i} = \sum_{u=0}^{U-1} \delta_u\, w_{i-u}"),
    Warned("weights up to i", r"\frac{\partial J}{\partial x_i} = \sum_{k=0}^{i} \delta_{i-k}\, w_k"),
    Warned("outputs by the sizes", r"\frac{\partial J}{\partial w_k} = \sum_{u=0}^{H-K} \delta_u\, x_{u+k}"),
    Warned("all inputs", r"\frac{\partial J}{\partial w_k} = \sum_{i=0}^{H-1} x_i\, \delta_{i-k}"),
    Warned("inputs from k on", r"\frac{\partial J}{\partial w_k} = \sum_{i=k}^{k+U-1} x_i\, \delta_{i-k}"),
    Warned("weights counted from 1 and read from 0", r"z_u = b + \sum_{k=1}^{K} w_{k-1}\, x_{u+k-1}"),
    Warned("weights above 0 and up to K", r"z_u = b + \sum_{0 < k \le K} w_{k-1}\, x_{u+k-1}"),
    Warned(
        "all weights, with padding",
        r"z_u = b + \sum_{k=0}^{K-1} w_k\, x_{su+dk-p}",
    ),
    Warned("Jefkine: all rows", ARTICLE, **JEFKINE),
    Warned(
        "answer: channels from 1",
        r"z^l_{i,j,k} = \sum_{c=1}^{C} \sum_m \sum_n x^{l-1}_{i+m-1,j+n-1,c} \cdot w^l_{m,n,c,k} + b^l_k",
        **ONE_BASED,
    ),
]
