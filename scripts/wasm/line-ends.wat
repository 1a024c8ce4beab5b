;; Line ends of one piece of a message, sixteen octets at a time: looking for bare ones, and LF made CRLF.
;;
;; The octet in front of the piece is the one that came before it, and may be read. `bareLineEnd` reads up to 15 octets behind the end, which
;; must be clean; what `toCrlf` reads there does not count, but it must not be LF.
(module
  (memory (export "memory") 2)
  ;; 1 where an LF has no CR before it or a CR no LF behind it, else 0.
  (func (export "bareLineEnd") (param $from i32) (param $end i32) (result i32)
    (local $bare v128)
    loop $block
      ;; bare |= (the octet before is CR) xor (octet is LF)
      local.get $from
      i32.const 1
      i32.sub
      v128.load offset=0
      v128.const i8x16 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d
      i8x16.eq
      local.get $from
      v128.load offset=0
      v128.const i8x16 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a
      i8x16.eq
      v128.xor
      local.get $bare
      v128.or
      local.set $bare
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
  )
  ;; Copies the piece to another place, with a CR before each LF that has none. Returns the end of the copy.
  (func (export "toCrlf") (param $from i32) (param $end i32) (param $to i32) (result i32)
    (local $octets v128) (local $mask i32)
    loop $block
      local.get $to
      local.get $from
      v128.load offset=0
      local.tee $octets
      v128.store offset=0
      ;; mask = octet is LF, and the one before is not CR
      local.get $octets
      v128.const i8x16 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a 0x0a
      i8x16.eq
      local.get $from
      i32.const 1
      i32.sub
      v128.load offset=0
      v128.const i8x16 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d 0x0d
      i8x16.eq
      v128.andnot
      i8x16.bitmask
      local.tee $mask
      i32.eqz
      if
        local.get $from
        i32.const 16
        i32.add
        local.set $from
        local.get $to
        i32.const 16
        i32.add
        local.set $to
      else
        ;; The copy is right up to the first such LF: CRLF there, and on behind it.
        local.get $to
        local.get $mask
        i32.ctz
        local.tee $mask
        i32.add
        local.tee $to
        i32.const 0x0a0d
        i32.store16 offset=0
        local.get $to
        i32.const 2
        i32.add
        local.set $to
        local.get $from
        local.get $mask
        i32.add
        i32.const 1
        i32.add
        local.set $from
      end
      local.get $from
      local.get $end
      i32.lt_u
      br_if $block
    end
    ;; What was copied from behind the end does not count.
    local.get $to
    local.get $from
    local.get $end
    i32.sub
    i32.sub
  )
)
