# ruff: noqa: E501  (an equation is not broken in the middle)
r"""Equations as they are pasted, in other letters than the series has: what `check` must say, told nothing but the LaTeX.

They are of the kinds that the public types, worked out by hand from the link.
"""

#: a name for what is typed otherwise -> equations that hold
RIGHT = {
    "X, F, O, without commas": [
        r"\frac{\partial L}{\partial F_{ij}} = \sum_{k}\sum_{l} \frac{\partial L}{\partial O_{kl}} X_{i+k, j+l}",
        r"\frac{\partial L}{\partial F_{11}} = \frac{\partial L}{\partial O_{11}} X_{11} + \frac{\partial L}{\partial O_{12}} X_{12} + \frac{\partial L}{\partial O_{21}} X_{21} + \frac{\partial L}{\partial O_{22}} X_{22}",
        r"\frac{\partial L}{\partial X_{22}} = \frac{\partial L}{\partial O_{11}} F_{22} + \frac{\partial L}{\partial O_{12}} F_{21} + \frac{\partial L}{\partial O_{21}} F_{12} + \frac{\partial L}{\partial O_{22}} F_{11}",
        r"\frac{\partial L}{\partial X_{33}} = \frac{\partial L}{\partial O_{22}} F_{22}",
        r"\frac{\partial L}{\partial X_{11}} = \frac{\partial L}{\partial O_{11}} F_{11}",
        r"O_{11} = X_{11}F_{11} + X_{12}F_{12} + X_{21}F_{21} + X_{22}F_{22}",
        r"\frac{\partial L}{\partial F} = \text{Convolution}(X, \frac{\partial L}{\partial O})",
    ],
    "gradients named by what they are of: dW, dY": [
        r"dW[k,c,p,q] = \sum_{n,i,j} dY[n,k,i,j]\, X[n,c,i+p,j+q]",
        r"dX[n,c,h,w] = \sum_{k,p,q} dY[n,k,h-p,w-q]\, W[k,c,p,q]",
        r"db[k] = \sum_{n,i,j} dY[n,k,i,j]",
        r"db_k = \sum_{n}\sum_{i}\sum_{j} dY_{n,k,i,j}",
        r"\frac{dL}{dW_{k,c,p,q}} = \sum_{n,i,j} \frac{dL}{dY_{n,k,i,j}} X_{n,c,i+p,j+q}",
    ],
    "the nabla": [
        r"\nabla_W L = X \star \nabla_Y L",
        r"\nabla_X L = \nabla_Y L *_{full} W",
    ],
    "layers in superscripts": [
        r"\delta^{l}_{i,j} = \sigma'(z^{l}_{i,j}) \sum_m\sum_n \delta^{l+1}_{i-m,j-n} w^{l+1}_{m,n}",
        r"\frac{\partial C}{\partial w^l_{m,n}} = \sum_i\sum_j \delta^l_{i,j} a^{l-1}_{i+m,j+n}",
        r"z^l_{i,j} = \sum_m \sum_n w^l_{m,n} a^{l-1}_{i+m,j+n} + b^l",
        r"\delta^{l} = \delta^{l+1} * \text{rot180}(W^{l+1}) \odot \sigma'(z^l)",
        r"\frac{\partial E}{\partial w_{ab}} = \sum_{i=0}^{N-m}\sum_{j=0}^{N-m} \frac{\partial E}{\partial x_{ij}^\ell} \frac{\partial x_{ij}^\ell}{\partial w_{ab}} = \sum_{i=0}^{N-m}\sum_{j=0}^{N-m} \frac{\partial E}{\partial x_{ij}^\ell} y_{(i+a)(j+b)}^{\ell-1}",
        r"x_{ij}^\ell = \sum_{a=0}^{m-1}\sum_{b=0}^{m-1} \omega_{ab} y_{(i+a)(j+b)}^{\ell-1}",
        r"\frac{\partial E}{\partial y_{ij}^{\ell-1}} = \sum_{a=0}^{m-1}\sum_{b=0}^{m-1} \frac{\partial E}{\partial x_{(i-a)(j-b)}^\ell} \omega_{ab}",
    ],
    "indices in parentheses and brackets": [
        r"y[n] = \sum_{k} h[k]\, x[n+k]",
        r"y(i,j) = \sum_m\sum_n x(i+m,j+n)\,k(m,n)",
        r"\frac{\partial L}{\partial x(i,j)} = \sum_m\sum_n \frac{\partial L}{\partial y(i-m,j-n)} k(m,n)",
        r"S(i,j) = (I * K)(i,j) = \sum_m\sum_n I(i+m,j+n)K(m,n)",
        r"S(i,j) = (K * I)(i,j) = \sum_m\sum_n I(i-m,j-n)K(m,n)",
    ],
    "channels last": [
        r"Y_{i,j,o} = \sum_{a,b,c} X_{i+a,j+b,c} K_{a,b,c,o} + b_o",
        r"\frac{\partial L}{\partial K_{a,b,c,o}} = \sum_{i,j} \frac{\partial L}{\partial Y_{i,j,o}} X_{i+a,j+b,c}",
        r"\frac{\partial L}{\partial X_{i,j,c}} = \sum_{a,b,o} \frac{\partial L}{\partial Y_{i-a,j-b,o}} K_{a,b,c,o}",
    ],
    "cases and indicators": [
        r"\frac{\partial y_{i,j}}{\partial x_{m,n}} = \begin{cases} w_{m-i,n-j} & 0 \le m-i < K,\ 0 \le n-j < K \\ 0 & \text{otherwise} \end{cases}",
        r"\frac{\partial L}{\partial x_{m,n}} = \sum_{i,j} \delta_{i,j}\, w_{m-i,n-j}\, \mathbb{1}[0 \le m-i < K_h]\,\mathbb{1}[0\le n-j<K_w]",
    ],
    "whole arrays": [
        r"\frac{\partial L}{\partial W} = \delta * X",
        r"\frac{\partial J}{\partial x} = \delta *_{full} w",
    ],
    "one channel to one filter": [
        r"y_{n,c,i,j} = \sum_{u,v} x_{n,c,i+u,j+v} w_{c,u,v}",
        r"\frac{\partial L}{\partial w_{c,u,v}} = \sum_{n,i,j} \frac{\partial L}{\partial y_{n,c,i,j}} x_{n,c,i+u,j+v}",
    ],
    "other": [
        r"\frac{\partial L}{\partial X_{n,c,h,w}} = \sum_{f}\sum_{i}\sum_{j} \frac{\partial L}{\partial Y_{n,f,i,j}} W_{f,c,h-i,w-j}",
        r"\frac{\partial L}{\partial X_{n,c,h,w}} = \sum_{f}\sum_{i}\sum_{j} \frac{\partial L}{\partial Y_{n,f,i,j}} W_{f,c,h-iS+P,w-jS+P}",
        r"Z_{f,i,j} = b_f + \sum_{c=1}^{C}\sum_{p=1}^{k}\sum_{q=1}^{k} W_{f,c,p,q}\, X_{c,i+p-1,j+q-1}",
        r"\frac{\partial L}{\partial W_{f,c,p,q}} = \sum_{i=1}^{H'}\sum_{j=1}^{W'} \delta_{f,i,j} X_{c,i+p-1,j+q-1}",
        r"\frac{\partial L}{\partial b} = \sum_{i,j} \delta_{i,j}",
        r"\frac{\partial L}{\partial x_i} = \sum_j \frac{\partial L}{\partial y_j}\frac{\partial y_j}{\partial x_i} = \sum_j \frac{\partial L}{\partial y_j} w_{i-j}",
        r"\frac{\partial \mathcal L}{\partial \mathbf{W}_{f,c,p,q}} = \sum_{n=1}^{N}\sum_{i,j} \boldsymbol{\delta}_{n,f,i,j} \mathbf{X}_{n,c,i+p,j+q}",
        r"\frac{\partial y_{i,j}}{\partial x_{m,n}} = w_{m-i,n-j}",
        r"\frac{\partial L}{\partial W_{o,c,k_h,k_w}} = \sum_{n,h_o,w_o} \frac{\partial L}{\partial Y_{n,o,h_o,w_o}} X_{n,c,h_o s + k_h d - p,\; w_o s + k_w d - p}",
        r"Y_{n,o,i,j}=b_o+\sum_{c=0}^{C_{in}/G-1}\sum_{u,v} W_{o,c,u,v} X_{n,\lfloor o G/C_{out} \rfloor C_{in}/G + c,i+u,j+v}",
    ],
}

#: equations that do not hold, and what is wrong with each
WRONG = {
    r"\frac{\partial L}{\partial X_{11}} = \frac{\partial L}{\partial O_{11}} F_{22}": "the weight of the first tap belongs there",
    r"O_{11} = X_{11}F_{11} + X_{12}F_{21} + X_{21}F_{12} + X_{22}F_{22}": "two weights exchanged",
    r"\delta^{l}_{i,j} = \sigma'(z^{l}_{i,j}) \sum_m\sum_n \delta^{l+1}_{i+m,j+n} w^{l+1}_{m,n}": "the sign before m and n",
    r"\frac{\partial L}{\partial X_{n,c,h,w}} = \sum_{f}\sum_{i}\sum_{j} \frac{\partial L}{\partial Y_{n,f,i,j}} W_{f,c,h-iS-P,w-jS-P}": "the sign before the padding",
    r"\frac{\partial L}{\partial W_{f,c,p,q}} = \sum_{i=1}^{H'}\sum_{j=1}^{W'} \delta_{f,i,j} X_{c,i+p,j+q}": "counted from 1, and from 0",
    r"\frac{\partial L}{\partial b} = \frac{1}{HW}\sum_{i,j} \delta_{i,j}": "a mean over positions",
    r"\frac{\partial L}{\partial W_{m,n}} = \sum_{i,j} \delta_{i,j} X_{i-m,j-n}": "the sign before m and n, in the weight gradient",
    r"\frac{\partial L}{\partial X_{i,j}} = \sum_{m,n} \delta_{i+m,j+n} W_{m,n}": "the sign before m and n, in the input gradient",
    r"\frac{\partial L}{\partial X_{c,i,j}} = \sum_{m,n} \delta_{f,i-m,j-n} W_{f,c,m,n}": "no sum over the filters: f is bound by nothing",
    r"\frac{\partial L}{\partial b_f} = \delta_{f,i,j}": "no sum over positions: i and j are bound by nothing",
    r"\frac{\partial L}{\partial X} = \delta \star W": "valid where full belongs",
    r"\frac{\partial y_{i,j}}{\partial x_{m,n}} = w_{i-m,j-n}": "the Jacobian turned around",
}

#: what cannot be judged, and words of the way out
REFUSED = {
    r"\frac{\partial L}{\partial W} = \delta X^\top": "write the sum over its index",
    r"\frac{\partial L}{\partial W} = \begin{bmatrix} a & b \\ c & d\end{bmatrix}": "one of its cells",
    r"y = Wx + b": "say so with notation=",
    r"\delta * \text{rot180}(w)": "needs two sides",
    r"\frac{\partial L}{\partial W_{i,j}} = \int \delta_{i,j}": "a finite sum",
    r"\frac{\partial L}{\partial W} = \text{im2col}(X) \delta": "write what it does as a sum",
    r"\frac{\partial L}{\partial W} = \texttt{col}[i] \delta": "write what it does as a sum",
    r"W \leftarrow W - \eta \frac{\partial L}{\partial W}": "say so with notation=",
    r"\frac{\partial L}{\partial X_{c,i,j}} \approx \sum_f \delta_{f,i,j}": "write =",
    r"\frac{\partial L}{\partial K_{0,0}} = G_{0,0}X_{0,0} + G_{0,1}X_{0,1} + \ldots": "a sum",
}

#: words that the verdict must say of how an equation was read
SAID = {
    r"y_n = w_0 x_n + w_1 x_{n+1}": ["x input", "w weight", "y output", "no bias", "kernel 2"],
    r"\frac{\partial L}{\partial X} = \text{pad}(G) * \text{rot180}(K)": [
        "* is cross-correlation",
        "as convolution it does not hold",
    ],
    r"\frac{\partial L}{\partial X} = G *_{full} K": ["* is convolution"],
    r"y_i=\sum_{u=0}^{K-1}x_{i+u}w_{K-1-u}": ["turns its kernel (true convolution)"],
    r"O_{f,i,j} = b_f + \sum_{ch=1}^{n_{ch}}\sum_{r=1}^{f_r}\sum_{c=1}^{f_c} W_{f,ch,r,c} X_{ch,i-1+r,j-1+c}": [
        "indices from 1",
        "O output",
    ],
    r"\frac{\partial L}{\partial x_m}=\sum_{u}w_u\,\delta_{(m+p-u)/s}": ["not whole are left out"],
    r"Y_{i,j,o} = \sum_{a,b,c} X_{i+a,j+b,c} K_{a,b,c,o} + b_o": [
        "channels last",
        "weights by space, channel, filter",
    ],
    r"y_{n,c,i} = \sum_{u} x_{n,c,i+u} w_{c,u}": ["depthwise"],
    r"dX_{c,i} = \sum_{f,k} dY_{f,i-k} W_{f,c,k}": ["X input", "Y output"],
    r"z_u = \sum_k w_k x_{u+k}": ["no bias"],
}
