; Programs of a prime curve with a = -3 (complete formulas), the same for P-256 and P-384. Assembled twice, by programs.py: before ecc.uc and
; before p384.uc, which have the inversions. TOP_DIGIT, NEXT_DIGIT: bit of the first and the second window of a scalar; COMB_ODD, COMB_EVEN, MUL_LOOP:
; how often the loops jump. rtl/ecc/README.md explains; rtl/ucode/asm.py has the syntax.
;
; A running point is a sum form of six registers: X = Q1 - 3 Q2, Y = Q3 + 3 Q4, Z = Q5 + Q6 (after a doubling Z = Q5). Coordinates and
; field constants are in Montgomery form. Inputs, as the loader brings them, are plain numbers below 2^BITS (256, 384).

.at 0
.reg TX[8] TY[8] TZ[8]                  ; odd multiples 1P, 3P .. 15P
.at 24
.reg K0 K1 L U V E D S                  ; inputs: K0 scalar or nonce, K1 its upper part, L a random mask, U V point, E digest or r, D key, S s
.reg Q1 Q2 Q3 Q4 Q5 Q6
.reg tA tB tC tD tE tF tP tQ
.reg T0                                 ; what nobody needs
.reg vI vO v1 v2 v3 v4 v5               ; inversion: input, output, work
.reg KM KB SX SY SZ                     ; sign: k, k times a random number; verify: the first of two points
.reg DX DY DZ                           ; 2P
.at 62
.reg XM YM
; ---- point arithmetic
.macro dbl X Y Z
  tA = {X} * {X}
  tB = {Y} * {Y}
  tC = {Z} * {Z}
  tD = {X} * {Y}
  tF = {X} * {Z}
  tE = {Y} * {Z}
  tP = BP * tC
  tQ = BP * tF
  Q1 = (2*tD) * (tB - 3*tP + 6*tF)
  Q2 = (2*tE) * (2*tQ - tA - 3*tC)
  Q3 = (tB + 3*tP - 6*tF) * (tB - 3*tP + 6*tF)
  Q4 = (3*tA - 3*tC) * (2*tQ - tA - 3*tC)
  Q5 = (4*tE) * (2*tB)
.endm

.macro sums                             ; the second half of an addition
  Q1 = (tD - tA - tB) * (tB - 3*tP + 3*tF - 3*tA)
  Q2 = (tE - tB - tC) * (tQ - tA - 3*tC)
  Q3 = (tB + 3*tP - 3*tF + 3*tA) * (tB - 3*tP + 3*tF - 3*tA)
  Q4 = (3*tA - 3*tC) * (tQ - tA - 3*tC)
  Q5 = (tE - tB - tC) * (tB + 3*tP - 3*tF + 3*tA)
.endm

.macro add Z X2 Y2 Z2                   ; the running point, its Z as given, plus another
  tA = (Q1 - 3*Q2) * {X2}
  tB = (Q3 + 3*Q4) * {Y2}
  tC = {Z} * {Z2}
  tD = (Q1 - 3*Q2 + Q3 + 3*Q4) * ({X2} + {Y2})
  tE = (Q3 + 3*Q4 + {Z}) * ({Y2} + {Z2})
  tF = (Q1 - 3*Q2 + {Z}) * ({X2} + {Z2})
  tP = B1P * tC
  tQ = BP * (tF - tA - tC)
  !sums
.endm

.macro dbl4                             ; four doublings
  !dbl Q1 - 3*Q2, Q3 + 3*Q4, Q5 + Q6
  !dbl Q1 - 3*Q2, Q3 + 3*Q4, Q5
  !dbl Q1 - 3*Q2, Q3 + 3*Q4, Q5
  !dbl Q1 - 3*Q2, Q3 + 3*Q4, Q5
.endm

.macro copy X Y Z F                     ; running point := X F : Y F : Z F
  Q1 = {X} * {F}
  Q2 = 0 * 0
  Q3 = {Y} * {F}
  Q4 = 0 * 0
  Q5 = {Z} * {F}
  Q6 = 0 * 0
.endm

; ---- subroutines, modulo p
.mod P
; the scalar K0 + 2^BITS K1 modulo n: KM in Montgomery form, K0 in [0, n]; odd (K0 or n - K0) into the window's slot
.mod N
nonce:
  KM = K0 * R2N
  K0 = K1 * H2N
  KM = ONEN * (KM + K0)
  K0 = ONE * KM                         ; FAULT when the nonce is zero
  T0 = ONE * K0                 | test z FAULT
odd_k:
  T0 = 0 * K0                   | cap 3, test odd EVEN
  T0 = 0 * (nege(K0) + keepe(NN)) | cap 0 odd, win TOP_DIGIT, ret
.mod P

; fixed base: running point = (scalar in the window's slot) G, from 64 odd digits: the odd-numbered ones, four doublings, the others
comb_g:
  !copy comb(0, 0), wneg(comb(1, 0)), ONEP, L
  T0 = 0 * 0                    | step 8
comb_odd:
  !add Q5 + Q6, comb(0, 1), wneg(comb(1, 1)), ONEP
  Q6 = (tD - tA - tB) * (3*tA - 3*tC) | step 8, loop comb_odd COMB_ODD
  !dbl4
  Q6 = 0 * 0                    | win NEXT_DIGIT
comb_even:
  !add Q5 + Q6, comb(0, 0), wneg(comb(1, 0)), ONEP
  Q6 = (tD - tA - tB) * (3*tA - 3*tC) | step 8, loop comb_even COMB_EVEN
  T0 = 0 * 0                    | ret

; point U, V: coordinates into Montgomery form; BAD unless on the curve
point_in:
  XM = U * R2P
  YM = V * R2P
  tA = XM * XM
  tB = YM * YM
  tC = (tA - 3*ONEP) * XM
  T0 = ONE * (tB - tC - BP)     | test nz BAD, ret

; variable base: running point = (scalar in the window's slot) (XM, YM)
mul_p:
  !copy XM, YM, ONEP, L
  TX = Q1 * ONEP
  TY = Q3 * ONEP
  TZ = Q5 * ONEP
  !dbl Q1, Q3, Q5
  DX = (Q1 - 3*Q2) * ONEP
  DY = (Q3 + 3*Q4) * ONEP
  DZ = Q5 * ONEP
  !copy TX, TY, TZ, ONEP
mul_table:
  !add Q5 + Q6, DX, DY, DZ
  Q6 = (tD - tA - tB) * (3*tA - 3*tC)
  TX[1+cnt] = (Q1 - 3*Q2) * ONEP
  TY[1+cnt] = (Q3 + 3*Q4) * ONEP
  TZ[1+cnt] = (Q5 + Q6) * ONEP   | loop mul_table 6
  !copy tab(TX), wneg(tab(TY)), tab(TZ), ONEP
  T0 = 0 * 0                    | step 4
mul_loop:
  !dbl4
  !add Q5, tab(TX), wneg(tab(TY)), tab(TZ)
  Q6 = (tD - tA - tB) * (3*tA - 3*tC) | step 4, loop mul_loop MUL_LOOP
  T0 = 0 * 0                    | ret

; affine coordinates of the running point; FAULT unless they satisfy the curve's equation. x, plain and below p (0 too), into XM; y, with the
; sign that odd_k took away, into YM
affine:
  vI = ONEP * (Q5 + Q6)         | call inv_p
  XM = (Q1 - 3*Q2) * vO
  YM = (Q3 + 3*Q4) * vO
  tA = XM * XM
  tB = YM * YM
  tC = (tA - 3*ONEP) * XM
  tD = (Q5 + Q6) * vO                   ; 1, or 0 at infinity, which is no fault
  tE = BP * tD
  T0 = ONE * (tB - tC - tE)     | test nz FAULT
  XM = ONE * XM                 | test z NZ
  YM = ONE * YM                 | ret

; ---- programs
.mod P
.macro finish                           ; zeros through the pipeline
  T0 = 0 * 0                    | end
.endm

prime_keygen:                            ; slots: 3 private, 1 x, 2 y
  T0 = 0 * 0                    | call nonce
  T0 = 0 * 0                    | call comb_g
  T0 = ONE * (Q5 + Q6)          | test z FAULT
  T0 = 0 * 0                    | call affine
  T0 = 0 * keepnz(XM)           | cap 1
  T0 = 0 * (nege(YM) + keepe(PP)) | cap 2
  !finish

prime_key:                               ; K0 a private key in [1, n), U V its point; BAD when they do not belong together
  T0 = 0 * 0                    | call odd_k
  T0 = 0 * 0                    | call comb_g
  T0 = 0 * 0                    | call affine
  T0 = ONE * (keepnz(XM) - U)   | test nz BAD
  T0 = ONE * (nege(YM) - V)     | test nz BAD
  !finish

prime_ecdh:                              ; any K0; slots: 1 x
  T0 = 0 * 0                    | call point_in
.mod N
  KM = K0 * R2N
  K0 = ONE * KM                 | call odd_k
.mod P
  T0 = 0 * 0                    | call mul_p
  T0 = ONE * (Q5 + Q6)          | test z BAD
  T0 = 0 * 0                    | call affine
  T0 = 0 * keepnz(XM)           | cap 1
  !finish

prime_respond:                           ; slots: 1 x, 2 y of the new key, 3 shared x
  T0 = 0 * 0                    | call nonce
  T0 = 0 * 0                    | call comb_g
  T0 = ONE * (Q5 + Q6)          | test z FAULT
  T0 = 0 * 0                    | call affine
  T0 = 0 * keepnz(XM)           | cap 1
  T0 = 0 * (nege(YM) + keepe(PP)) | cap 2, win TOP_DIGIT
  T0 = 0 * 0                    | call point_in
  T0 = 0 * 0                    | call mul_p
  T0 = ONE * (Q5 + Q6)          | test z BAD
  T0 = 0 * 0                    | call affine
  T0 = 0 * keepnz(XM)           | cap 3
  !finish

prime_mul:                               ; any K0; slots: 1 x, 2 y
  T0 = 0 * 0                    | call point_in
.mod N
  KM = K0 * R2N
  K0 = ONE * KM                 | call odd_k
.mod P
  T0 = 0 * 0                    | call mul_p
  T0 = ONE * (Q5 + Q6)          | test z BAD
  T0 = 0 * 0                    | call affine
  T0 = 0 * keepnz(XM)           | cap 1
  T0 = 0 * (nege(YM) + keepe(PP)) | cap 2
  !finish

prime_sign:                              ; E digest, D key; slots: 1 r, 2 s
  T0 = 0 * 0                    | call nonce
  T0 = 0 * 0                    | call comb_g
  T0 = ONE * (Q5 + Q6)          | test z FAULT
  T0 = 0 * 0                    | call affine
.mod N
  XM = R2N * keepnz(XM)                 ; r
  YM = ONE * XM                 | test z FAULT
  T0 = 0 * YM                   | cap 1
  KB = KM * L                           ; everything is multiplied by a random number until the end
  vI = KB * ONEN                | call inv_n
  v1 = D * R2N
  v1 = v1 * L
  v2 = E * R2N
  v2 = v2 * L
  v1 = v1 * XM
  v3 = (v1 + v2) * vO                   ; s = (e + r d) / k
  T0 = ONE * v3                 | test z FAULT
  v4 = ONE * v3
  T0 = 0 * v4                   | cap 2
  v5 = v3 * KB                          ; s k = e + r d
  T0 = ONE * (v5 - v1 - v2)     | test nz FAULT
  !finish

prime_verify:                            ; E r, S s (both in [1, n)), U V point, D digest, L = 1
  T0 = 0 * 0                    | call point_in
.mod N
  vI = S * R2N                  | call inv_n
  v1 = vI * vO
  T0 = ONE * (v1 - ONEN)        | test nz FAULT
  v1 = D * R2N
  v1 = v1 * vO
  v2 = E * R2N
  KM = v2 * vO
  K0 = ONE * v1                 | call odd_k
  T0 = 0 * 0                    | call comb_g
.mod P
  SX = (Q1 - 3*Q2) * ONEP
  SY = nege(Q3 + 3*Q4) * ONEP
  SZ = (Q5 + Q6) * ONEP
.mod N
  K0 = ONE * KM                 | call odd_k
  T0 = 0 * 0                    | call mul_p
.mod P
  Q3 = nege(Q3 + 3*Q4) * ONEP
  Q4 = 0 * 0
  !add Q5 + Q6, SX, SY, SZ
  Q6 = (tD - tA - tB) * (3*tA - 3*tC)
  T0 = ONE * (Q5 + Q6)          | test z AUTH
  T0 = 0 * 0                    | call affine
.mod N
  T0 = ONE * (keepnz(XM) - E)   | test nz AUTH
  !finish
