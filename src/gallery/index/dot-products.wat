;; Dot products of one probe (int16) with many codes (int8) that lie one after the other. Compiled into dot-products-binary.ts by
;; `npm run kernels`; a test fails when the two differ. The caller keeps every sum within int32: see quantize.ts.
(module
  (import "index" "memory" (memory 1 65536))
  (func (export "dotProducts")
    (param $probe i32)   ;; bytes: $stride int16
    (param $codes i32)   ;; bytes: $count rows of $stride int8
    (param $out i32)     ;; bytes: $count int32 are written here
    (param $count i32)   ;; at least 1
    (param $stride i32)  ;; values a row: a multiple of 32
    (local $at i32) (local $rowEnd i32) (local $outEnd i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $outEnd (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (loop $row
      (local.set $a (v128.const i32x4 0 0 0 0))
      (local.set $b (v128.const i32x4 0 0 0 0))
      (local.set $c (v128.const i32x4 0 0 0 0))
      (local.set $d (v128.const i32x4 0 0 0 0))
      (local.set $at (local.get $probe))
      (local.set $rowEnd (i32.add (local.get $codes) (local.get $stride)))
      (loop $value
        (local.set $a (i32x4.add (local.get $a)
          (i32x4.dot_i16x8_s (v128.load (local.get $at)) (v128.load8x8_s (local.get $codes)))))
        (local.set $b (i32x4.add (local.get $b)
          (i32x4.dot_i16x8_s (v128.load offset=16 (local.get $at)) (v128.load8x8_s offset=8 (local.get $codes)))))
        (local.set $c (i32x4.add (local.get $c)
          (i32x4.dot_i16x8_s (v128.load offset=32 (local.get $at)) (v128.load8x8_s offset=16 (local.get $codes)))))
        (local.set $d (i32x4.add (local.get $d)
          (i32x4.dot_i16x8_s (v128.load offset=48 (local.get $at)) (v128.load8x8_s offset=24 (local.get $codes)))))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (local.set $codes (i32.add (local.get $codes) (i32.const 32)))
        (br_if $value (i32.lt_u (local.get $codes) (local.get $rowEnd))))
      (local.set $a (i32x4.add
        (i32x4.add (local.get $a) (local.get $b))
        (i32x4.add (local.get $c) (local.get $d))))
      (i32.store (local.get $out)
        (i32.add
          (i32.add (i32x4.extract_lane 0 (local.get $a)) (i32x4.extract_lane 1 (local.get $a)))
          (i32.add (i32x4.extract_lane 2 (local.get $a)) (i32x4.extract_lane 3 (local.get $a)))))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (br_if $row (i32.lt_u (local.get $out) (local.get $outEnd))))))
