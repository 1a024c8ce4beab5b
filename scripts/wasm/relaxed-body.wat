;; Relaxed body canonicalization (RFC 6376 §3.4.4) of one piece, in place, sixteen octets at a time.
;;
;; With one octet of lookahead the rule is: a blank that a blank or a CRLF follows is dropped, and HTAB becomes SP.
;; The caller sees to it that the piece ends in an octet that is neither blank nor CR nor LF, that 32 such octets stand behind it,
;; and that the table at 0 has, for each of 256 masks, the indexes of the octets whose bit is not set.
;; Returns the new end, or -1 where a CR without LF was seen: there the lookahead would be one octet too short.
(module
  (memory (export "memory") 2)
  (func (export "relax") (param $start i32) (param $end i32) (result i32)
    (local $from i32) (local $to i32) (local $mask i32)
    (local $octets v128) (local $next v128) (local $tabs v128) (local $bare v128)
    local.get $start
    local.set $from
    local.get $start
    local.set $to
    loop $block
      local.get $from
      v128.load offset=0
      local.set $octets
      local.get $from
      v128.load offset=1
      local.set $next
      ;; bare |= octet is CR and the next one is not LF
      local.get $octets
      v128.const i8x16 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d
      i8x16.eq
      local.get $next
      v128.const i8x16 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a
      i8x16.eq
      v128.andnot
      local.get $bare
      v128.or
      local.set $bare
      ;; mask = octet is blank and the next one is blank or CR
      local.get $octets
      v128.const i8x16 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09
      i8x16.eq
      local.tee $tabs
      local.get $octets
      v128.const i8x16 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20
      i8x16.eq
      v128.or
      local.get $next
      v128.const i8x16 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09 0x09
      i8x16.eq
      local.get $next
      v128.const i8x16 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20
      i8x16.eq
      v128.or
      local.get $next
      v128.const i8x16 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d
      i8x16.eq
      v128.or
      v128.and
      i8x16.bitmask
      local.set $mask
      ;; 09 xor 29 = 20
      local.get $octets
      local.get $tabs
      v128.const i8x16 0x29 0x29 0x29 0x29 0x29 0x29 0x29 0x29 0x29 0x29 0x29 0x29 0x29 0x29 0x29 0x29
      v128.and
      v128.xor
      local.set $octets
      local.get $mask
      i32.eqz
      if
        local.get $to
        local.get $octets
        v128.store offset=0
        local.get $to
        i32.const 16
        i32.add
        local.set $to
      else
        ;; the lower eight
        local.get $to
        local.get $octets
        local.get $mask
        i32.const 255
        i32.and
        i32.const 3
        i32.shl
        v128.load64_zero offset=0
        i8x16.swizzle
        v128.store64_lane 0
        local.get $to
        i32.const 8
        i32.add
        local.get $mask
        i32.const 255
        i32.and
        i32.popcnt
        i32.sub
        local.tee $to
        ;; the upper eight
        local.get $octets
        local.get $mask
        i32.const 8
        i32.shr_u
        i32.const 3
        i32.shl
        v128.load64_zero offset=0
        v128.const i8x16 0x08 0x08 0x08 0x08 0x08 0x08 0x08 0x08 0x08 0x08 0x08 0x08 0x08 0x08 0x08 0x08
        i8x16.add
        i8x16.swizzle
        v128.store64_lane 0
        local.get $to
        i32.const 8
        i32.add
        local.get $mask
        i32.const 8
        i32.shr_u
        i32.popcnt
        i32.sub
        local.set $to
      end
      local.get $from
      i32.const 16
      i32.add
      local.tee $from
      local.get $end
      i32.lt_u
      br_if $block
    end
    local.get $bare
    v128.any_true
    if
      i32.const -1
      return
    end
    ;; What was read behind the end was kept, and does not count.
    local.get $to
    local.get $from
    local.get $end
    i32.sub
    i32.sub
  )
)
