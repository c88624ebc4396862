; Programs of the ecc engine's small array: what P-256 has beside prime.uc, X25519, Ed25519 (complete formulas). rtl/ecc/README.md explains;
; rtl/ucode/asm.py has the syntax. R = 2^272.

.at 32
.reg XD XS ZD ZS xA xB xC xE xG xV xH xI  ; ladder, in registers of the other curve; swp() chooses between XD and XS, ZD and ZS

.at 32
.reg EX EY EZ ET eA eB eC eD              ; running point of Ed25519, extended coordinates: x = EX/EZ, y = EY/EZ, xy = ET/EZ
.at 59
.reg C0 C1                                ; the challenge once more

; ---- inversion modulo p and n of P-256
.mod P
; vO = 1 / vI: vI^(p - 2)
inv_p:
  v1 = vI * vI
  v1 = v1 * vI                          ; 2 ones
  v2 = v1 * v1
  v2 = v2 * vI                          ; 3
  v3 = v2 * v2
  v3 = v3 * v3                  | rep 2
  v3 = v3 * v2                          ; 6
  v4 = v3 * v3
  v4 = v4 * v4                  | rep 5
  v4 = v4 * v3                          ; 12
  v3 = v4 * v4
  v3 = v3 * v3                  | rep 2
  v3 = v3 * v2                          ; 15
  v4 = v3 * v3
  v4 = v4 * v4                  | rep 14
  v4 = v4 * v3                          ; 30
  v5 = v4 * v4
  v5 = v5 * v5
  v5 = v5 * v1                          ; 32
  vO = v5 * v5
  vO = vO * vO                  | rep 31
  vO = vO * vI
  vO = vO * vO                  | rep 128
  vO = vO * v5
  vO = vO * vO                  | rep 32
  vO = vO * v5
  vO = vO * vO                  | rep 30
  vO = vO * v4
  vO = vO * vO                  | rep 2
  vO = vO * vI                  | ret

.mod N
inv_n:                                  ; vO = vI^(n - 2); odd powers of the window in TX
  v1 = vI * vI
  TX[0] = vI * ONEN
  TX[1] = TX[0] * v1
  TX[2] = TX[1] * v1
  TX[3] = TX[2] * v1
  TX[4] = TX[3] * v1
  TX[5] = TX[4] * v1
  TX[6] = TX[5] * v1
  TX[7] = TX[6] * v1
  v2 = TX[7] * TX[7]
  v2 = v2 * v2                  | rep 3
  v2 = v2 * TX[7]                       ; 8 ones
  v3 = v2 * v2
  v3 = v3 * v3                  | rep 7
  v3 = v3 * v2                          ; 16
  v4 = v3 * v3
  v4 = v4 * v4                  | rep 15
  v4 = v4 * v3                          ; 32
  vO = v4 * v4
  vO = vO * vO                  | rep 63
  vO = vO * v4
  vO = vO * vO                  | rep 32
  vO = vO * v4
  vO = vO * vO                  | rep 4
  vO = vO * TX[5]
  vO = vO * vO                  | rep 2
  vO = vO * TX[1]
  vO = vO * vO                  | rep 5
  vO = vO * TX[3]
  vO = vO * vO                  | rep 6
  vO = vO * TX[6]
  vO = vO * vO                  | rep 4
  vO = vO * TX[7]
  vO = vO * vO                  | rep 4
  vO = vO * TX[2]
  vO = vO * vO                  | rep 5
  vO = vO * TX[5]
  vO = vO * vO                  | rep 5
  vO = vO * TX[6]
  vO = vO * vO                  | rep 5
  vO = vO * TX[3]
  vO = vO * vO                  | rep 7
  vO = vO * TX[5]
  vO = vO * vO                  | rep 2
  vO = vO * TX[1]
  vO = vO * vO                  | rep 6
  vO = vO * TX[7]
  vO = vO * vO                  | rep 2
  vO = vO * TX[0]
  vO = vO * vO                  | rep 8
  vO = vO * TX[4]
  vO = vO * vO                  | rep 3
  vO = vO * TX[3]
  vO = vO * vO                  | rep 5
  vO = vO * TX[3]
  vO = vO * vO                  | rep 4
  vO = vO * TX[3]
  vO = vO * vO                  | rep 5
  vO = vO * TX[3]
  vO = vO * vO                  | rep 5
  vO = vO * TX[2]
  vO = vO * vO                  | rep 3
  vO = vO * TX[1]
  vO = vO * vO                  | rep 8
  vO = vO * TX[5]
  vO = vO * vO                  | rep 4
  vO = vO * TX[7]
  vO = vO * vO                  | rep 5
  vO = vO * TX[1]
  vO = vO * vO                  | rep 5
  vO = vO * TX[1]
  vO = vO * vO                  | rep 6
  vO = vO * TX[4]
  vO = vO * vO                  | rep 4
  vO = vO * TX[2]
  vO = vO * vO                  | rep 6
  vO = vO * TX[7]
  T0 = 0 * 0                    | ret

; ---- X25519. K0 scalar (clamped), U coordinate, L random; slots: 0 scalar, 1 result
.mod X
; vO = 1 / vI: vI^(2^255 - 21)
inv_x:
  v1 = vI * vI                          ; 2
  v2 = v1 * v1
  v2 = v2 * v2                          ; 8
  v2 = v2 * vI                          ; 9
  v1 = v2 * v1                          ; 11
  v3 = v1 * v1                          ; 22
  v2 = v3 * v2                          ; 2^5 - 1
  v3 = v2 * v2
  v3 = v3 * v3                  | rep 4
  v2 = v3 * v2                          ; 2^10 - 1
  v3 = v2 * v2
  v3 = v3 * v3                  | rep 9
  v3 = v3 * v2                          ; 2^20 - 1
  v4 = v3 * v3
  v4 = v4 * v4                  | rep 19
  v3 = v4 * v3                          ; 2^40 - 1
  v3 = v3 * v3                  | rep 10
  v2 = v3 * v2                          ; 2^50 - 1
  v3 = v2 * v2
  v3 = v3 * v3                  | rep 49
  v3 = v3 * v2                          ; 2^100 - 1
  v4 = v3 * v3
  v4 = v4 * v4                  | rep 99
  v3 = v4 * v3                          ; 2^200 - 1
  v3 = v3 * v3                  | rep 50
  v2 = v3 * v2                          ; 2^250 - 1
  v2 = v2 * v2                  | rep 5
  vO = v2 * v1                  | ret

; R0 = k P in XD : ZD, R1 = (k + 1) P in XS : ZS, for the P whose coordinate is in xE; FAULT unless they and P satisfy the third summation
; polynomial, which says that P, R0 and -R1 lie on one line
ladder:
  T0 = 0 * K0                   | cap 0, win 254
  XD = L * ONEX
  ZD = 0 * 0
  XS = xE * L
  ZS = L * ONEX
ladder_loop:
  xA = (swp(XD) + swp(ZD)) * (swp(XD) + swp(ZD))
  xB = (swp(XD) - swp(ZD)) * (swp(XD) - swp(ZD))
  xC = (swp(XS) + swp(ZS)) * (swp(XD) - swp(ZD))
  xV = (swp(XS) - swp(ZS)) * (swp(XD) + swp(ZD))
  xG = A24X * (xA - xB)
  XD = xA * xB
  ZD = (xA - xB) * (xA + xG)
  XS = (xV + xC) * (xV + xC)
  xV = (xV - xC) * (xV - xC)
  ZS = xE * xV                  | step 1, loop ladder_loop 254
  xA = XD * XS
  xB = ZD * ZS
  xC = XD * ZS
  xV = XS * ZD
  xG = xE * (xC + xV)
  xH = xE * xA
  xI = xE * xB
  xG = (xG + xA - xB) * (xG + xA - xB)
  xB = AX * xB
  xH = (xI + xC + xV + xB) * xH
  T0 = ONE * (xG - 4*xH)        | test nz FAULT
  vI = ZD * ONEX                | call inv_x
  XM = ZD * vO
  T0 = ONE * (XM - ONEX)        | test nz FAULT
  XM = XD * vO
  XM = ONE * XM                 | test z BAD, ret

x25519_keygen:
  xE = NINEX * ONEX             | call ladder
  T0 = 0 * XM                   | cap 1
  !finish

x25519_ecdh:
  xE = U * R2X                  | call ladder
  T0 = 0 * XM                   | cap 1
  !finish

x25519_respond:                         ; slots: 1 own public, 3 shared
  xE = NINEX * ONEX             | call ladder
  T0 = 0 * XM                   | cap 1
  xE = U * R2X                  | call ladder
  T0 = 0 * XM                   | cap 3
  !finish

; ---- Ed25519: numbers little-endian (RFC 8032 5.1); B the base point, Q its order
; the scalar K0, odd or made odd as Q - K0, into the window's slot
.mod Q
odd_q:
  T0 = 0 * K0                   | test odd EVEN
  T0 = 0 * (nege(K0) + keepe(QQ)) | cap 0 odd, win 253, ret

.mod X
.macro eadd N                           ; the running point plus entry of a row, of the table: x, y, 2 d x y
  eA = (EY - EX) * (ecomb(1, {N}) - wneg(ecomb(0, {N})))
  eB = (EY + EX) * (ecomb(1, {N}) + wneg(ecomb(0, {N})))
  eC = ET * wneg(ecomb(2, {N}))
  EX = (eB - eA) * (2*EZ - eC)
  EY = (2*EZ + eC) * (eB + eA)
  ET = (eB - eA) * (eB + eA)
.endm
.macro edbl
  eA = EX * EX
  eB = EY * EY
  eC = EX * EY
  eD = EZ * EZ
  EX = (2*eC) * (eB - eA - 2*eD)
  EY = (eB - eA) * (-eA - eB)
  EZ = (eB - eA - 2*eD) * (eB - eA)
.endm

; running point = (scalar in the window's slot) B, as comb_g has it
comb_b:
  eA = wneg(ecomb(0, 0)) * ecomb(1, 0)
  EX = wneg(ecomb(0, 0)) * L
  EY = ecomb(1, 0) * L
  EZ = ONEX * L
  ET = eA * L                   | step 8
comb_b_odd:
  !eadd 1
  EZ = (2*EZ - eC) * (2*EZ + eC) | step 8, loop comb_b_odd 30
  !edbl
  !edbl
  !edbl
  !edbl
  ET = (2*eC) * (-eA - eB)      | win 249
comb_b_even:
  !eadd 0
  EZ = (2*EZ - eC) * (2*EZ + eC) | step 8, loop comb_b_even 31
  T0 = 0 * 0                    | ret

; affine coordinates of the running point into SX, SY; plain into XM, YM; EVEN of x. The sign that odd_q took away is back
affine_b:
  vI = ONEX * EZ                | call inv_x
  SX = nege(EX) * vO
  SY = EY * vO
  YM = ONE * SY
  XM = ONE * SX
  T0 = 0 * XM                   | test odd EVEN, ret

ed25519_key:                            ; K0 a clamped scalar, U y of its point, V the lowest bit of x, L = 1; BAD when they do not belong together
.mod Q
  KM = K0 * R2Q
  K0 = ONE * KM                 | call odd_q
.mod X
  T0 = 0 * 0                    | call comb_b
  T0 = 0 * 0                    | call affine_b
  T0 = ONE * (keepe(ONE) - ONE + V) | test nz BAD
  T0 = ONE * (YM - U)           | test nz BAD
  !finish

; r B for the nonce r = K0 + 2^256 K1 modulo Q, computed twice: from r with mask L, from Q - r with mask L^2. r stays in K0, and in Montgomery
; form in KM, each of which gave the point; the other program takes the sum from one and compares with the other. Slot 2: the point's 32 bytes
ed25519_nonce:
.mod Q
  KM = K0 * R2Q
  K1 = K1 * H2Q
  KM = ONEQ * (KM + K1)
  K0 = ONE * KM                 | test z FAULT
  T0 = 0 * 0                    | call odd_q
.mod X
  T0 = 0 * 0                    | call comb_b
  T0 = 0 * 0                    | call affine_b
  T0 = 0 * (YM + TOP - keepe(TOP)) | cap 2
.mod Q
  K1 = ONE * (-KM)
  T0 = 0 * K1                   | test odd EVEN
  T0 = 0 * (nege(K1) + keepe(QQ)) | cap 0 odd, win 253
.mod X
  L = L * L
  T0 = 0 * 0                    | call comb_b
  T0 = ONE * EZ                 | test z FAULT
  eA = SX * EZ
  T0 = ONE * (eA + nege(EX))    | test nz FAULT
  eA = SY * EZ
  T0 = ONE * (eA - EY)          | test nz FAULT
  !finish

; S = r + k a modulo Q, after ed25519_nonce in the same registers: D the clamped scalar a; U, V the challenge k, 512 bits, and once more in C0, C1;
; E, S the nonce once more: the hashes that they come from were computed twice. Slot 3: S
ed25519_sum:
.mod Q
  v1 = U * R2Q
  v2 = V * H2Q
  KB = ONEQ * (v1 + v2)
  v1 = C0 * R2Q
  v2 = C1 * H2Q
  T0 = ONE * (v1 + v2 - KB)     | test nz FAULT
  v1 = E * R2Q
  v2 = S * H2Q
  T0 = ONE * (v1 + v2 - KM)     | test nz FAULT
  v3 = KB * R2Q
  v1 = (D + L) * v3                     ; a never meets k alone
  v2 = L * v3
  v4 = ONEQ * (v1 - v2 + KM)
  SX = ONE * v4                 | test z FAULT
  T0 = 0 * SX                   | cap 3
  v1 = (D - L) * KB                     ; S - k a = r
  v2 = L * KB
  T0 = ONE * (SX - v1 - v2 - K0) | test nz FAULT
  !finish
