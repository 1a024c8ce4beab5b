;; The relaxed form of one header field (RFC 6376 §3.4.2), octet by octet, as canonicalize-header.ts has it.
;;
;; The field stands at start, its name ends at nameEnd, its value goes from from to end. What is written at to ends in CRLF; its end is
;; returned. A depth behind br counts the blocks to leave: the loop is the last of them, so that it goes on.
(module
  (memory (export "memory") 4)
  (func (export "relax") (param $start i32) (param $nameEnd i32) (param $from i32) (param $end i32) (param $to i32) (result i32)
    (local $octet i32) (local $value i32)
    ;; The name, in lower case.
    loop $name
      local.get $start
      local.get $nameEnd
      i32.lt_u
      if
        local.get $to
        local.get $start
        i32.load8_u offset=0
        local.tee $octet
        local.get $octet
        i32.const 0x41
        i32.sub
        i32.const 26
        i32.lt_u
        i32.const 5
        i32.shl
        i32.add
        i32.store8 offset=0
        local.get $start
        i32.const 1
        i32.add
        local.set $start
        local.get $to
        i32.const 1
        i32.add
        local.set $to
        br 1
      end
    end
    local.get $to
    i32.const 0x3a
    i32.store8 offset=0
    local.get $to
    i32.const 1
    i32.add
    local.tee $to
    local.set $value
    loop $octets
      local.get $from
      local.get $end
      i32.lt_u
      if
        local.get $from
        i32.load8_u offset=0
        local.set $octet
        local.get $from
        i32.const 1
        i32.add
        local.set $from
        local.get $octet
        i32.const 0x20
        i32.gt_u
        if
          local.get $to
          local.get $octet
          i32.store8 offset=0
          local.get $to
          i32.const 1
          i32.add
          local.set $to
          br 2
        end
        local.get $octet
        i32.const 0x20
        i32.eq
        local.get $octet
        i32.const 0x09
        i32.eq
        i32.or
        if
          ;; A blank is written where none stands yet.
          local.get $to
          local.get $value
          i32.ne
          local.get $to
          i32.const 1
          i32.sub
          i32.load8_u offset=0
          i32.const 0x20
          i32.ne
          i32.and
          if
            local.get $to
            i32.const 0x20
            i32.store8 offset=0
            local.get $to
            i32.const 1
            i32.add
            local.set $to
          end
          br 2
        end
        ;; CRLF goes; a CR or LF alone is data.
        local.get $octet
        i32.const 0x0d
        i32.eq
        local.get $from
        local.get $end
        i32.lt_u
        i32.and
        local.get $from
        i32.load8_u offset=0
        i32.const 0x0a
        i32.eq
        i32.and
        if
          local.get $from
          i32.const 1
          i32.add
          local.set $from
          br 2
        end
        local.get $to
        local.get $octet
        i32.store8 offset=0
        local.get $to
        i32.const 1
        i32.add
        local.set $to
        br 1
      end
    end
    ;; The blank at the end is taken back.
    local.get $to
    local.get $to
    local.get $value
    i32.ne
    local.get $to
    i32.const 1
    i32.sub
    i32.load8_u offset=0
    i32.const 0x20
    i32.eq
    i32.and
    i32.sub
    local.tee $to
    i32.const 0x0a0d
    i32.store16 offset=0
    local.get $to
    i32.const 2
    i32.add
  )
)
