//! What clients write, and what is read of it.

use super::*;

/// What a trace says: its steps, the last summary.
fn said(text: &str) -> Result<(Vec<OtherStep>, Option<OtherSummary>), OtherError> {
    said_of(text, None)
}

fn said_of(
    text: &str,
    transaction: Option<B256>,
) -> Result<(Vec<OtherStep>, Option<OtherSummary>), OtherError> {
    let (mut steps, mut last) = (Vec::new(), None);
    read(text.as_bytes(), transaction, &mut |said| {
        match said {
            Said::Step(step) => steps.push(step.clone()),
            Said::Summary(summary) => last = Some(summary),
        }
        true
    })?;
    Ok((steps, last))
}

/// PUSH1 with a word below, as it is told in each way.
fn push(line: u64) -> OtherStep {
    OtherStep {
        line,
        pc: 2,
        opcode: Some(Opcode::Byte(0x60)),
        depth: Some(1),
        gas: Some(0x353da3),
        gas_cost: Some(3),
        stack: Some(vec![U256::from(64)]),
        memory_size: Some(32),
        memory: None,
        refund: Some(0),
        is_error: false,
    }
}

#[test]
fn a_step_is_the_same_whoever_tells_it() {
    for (client, line) in [
        (
            "geth",
            r#"{"pc":2,"op":96,"gas":"0x353da3","gasCost":"0x3","memSize":32,"stack":["0x40"],"depth":1,"refund":0,"opName":"PUSH1"}"#,
        ),
        (
            "nethermind",
            r#"{"pc":2,"op":96,"gas":"0x353da3","gasCost":"0x3","memSize":32,"stack":["0x40"],"depth":1,"refund":0,"opname":"PUSH1","error":""}"#,
        ),
        (
            "revm, which once wrote sizes as decimal strings",
            r#"{"pc":2,"op":96,"gas":"0x353da3","gasCost":"0x3","stack":["0x40"],"depth":1,"returnData":"0x","refund":"0x0","memSize":"32","opName":"PUSH1"}"#,
        ),
        (
            "revm",
            r#"{"pc":2,"depth":1,"opName":"PUSH1","op":96,"gas":"0x353da3","reservoir":"0x0","stateGas":"0x0","gasCost":"0x3","stack":["0x40"],"returnData":"0x","refund":"0x0","memSize":"0x20"}"#,
        ),
        (
            "a name alone, words without 0x, nulls",
            r#"{"pc":2,"op":"PUSH1","gas":3489187,"gasCost":3,"depth":1,"stack":["0000000000000000000000000000000000000000000000000000000000000040"],"memory":null,"memSize":32,"refund":0,"storage":{},"error":null}"#,
        ),
        (
            "a byte order mark",
            "\u{feff}{\"pc\":2,\"op\":96,\"gas\":3489187,\"gasCost\":3,\"memSize\":32,\"stack\":[\"0x40\"],\"depth\":1,\"refund\":0}",
        ),
        (
            "an opcode in hex",
            r#"{"pc":"0x2","op":"0x60","gas":"3489187","gasCost":"0x3","memSize":32,"stack":["0x40"],"depth":1,"refund":0}"#,
        ),
    ] {
        let (steps, last) = said(line).unwrap_or_else(|error| panic!("{client}: {error}"));
        assert_eq!(steps, [push(1)], "{client}");
        assert_eq!(last, None, "{client}");
    }
}

#[test]
fn a_document_is_read_as_lines_are() {
    let logs = r#"{"gas":21006,"failed":false,"returnValue":"0102","structLogs":[
        {"pc":2,"op":"PUSH1","gas":3489187,"gasCost":3,"depth":1,"stack":["0x40"],"memory":["0000000000000000000000000000000000000000000000000000000000000007"],"refund":0,"memSize":32},
        {"pc":4,"op":"STOP","gas":3489184,"gasCost":0,"depth":1,"stack":null,"error":{}}
    ]}"#;
    let summary = OtherSummary { pass: Some(true), output: Some(vec![1, 2].into()) };
    let answer = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\n\"result\":{logs}}}");
    let hash = B256::repeat_byte(0x11);
    let block = format!(
        r#"{{"jsonrpc":"2.0","id":1,"result":[{{"txHash":"{}","result":{{"structLogs":[{{"pc":9,"op":"ADD"}}]}}}},
            {{"txHash":"{hash}","result":{logs}}}]}}"#,
        B256::ZERO
    );
    for (text, line) in [(logs, 2), (&answer, 3), (&block, 3)] {
        let (steps, last) = said_of(text, Some(hash)).unwrap();
        let mut first = push(line);
        first.memory = Some(U256::from(7).to_be_bytes_vec());
        assert_eq!(steps[0], first);
        assert_eq!((steps.len(), steps[1].opcode.as_ref()), (2, Some(&Opcode::Byte(0))));
        assert_eq!((steps[1].stack.as_ref(), steps[1].is_error), (None, false));
        assert_eq!(last.as_ref(), Some(&summary));
    }
    let others = said_of(&block, Some(B256::repeat_byte(0x22))).unwrap_err();
    assert!(matches!(others, OtherError::OtherTransactions(_)), "{others}");
}

/// geth's log lines, its summary for an inner call, the one at the end and the root behind it.
#[test]
fn what_stands_between_the_steps_is_no_step() {
    let text = "INFO [11-30|12:00:00] Started\n\
        {\"pc\":0,\"op\":80,\"gas\":\"0x1\",\"error\":\"stack underflow (0 \\u003c=\\u003e 1)\"}\n\
        {\"output\":\"\",\"gasUsed\":\"0x0\"}\n\n[WARN] a line\n\
        {\"output\":\"aa\",\"gasUsed\":\"0x5\",\"error\":\"execution reverted\"}\n\
        {\"stateRoot\": \"0x1f07\"}\n";
    let (steps, last) = said(text).unwrap();
    assert_eq!(
        steps.iter().map(|step| (step.line, step.is_error)).collect::<Vec<_>>(),
        [(2, true)]
    );
    let output = Some(vec![0xaa].into());
    assert_eq!(last, Some(OtherSummary { pass: Some(false), output }));
}

/// besu's and revm's state tests say whether the test has passed, where others say it of the run.
#[test]
fn that_a_test_failed_is_not_that_the_run_did() {
    let text = "{\"pc\":0,\"op\":0}\n{\"output\":\"\",\"test\":\"a\",\"postHash\":\"0x1f\",\"pass\":false}";
    let (_, last) = said(text).unwrap();
    assert_eq!(last.unwrap().pass, None);
}

#[test]
fn what_is_no_trace_says_why() {
    for (text, words) in [
        ("", "it has no steps: neither lines of EIP-3155 nor what debug_traceTransaction answers"),
        (
            "no JSON\n",
            "it has no steps: neither lines of EIP-3155 nor what debug_traceTransaction answers",
        ),
        (
            "{\"hash\":\"0x1\"}",
            "it has no steps: neither lines of EIP-3155 nor what debug_traceTransaction answers",
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"the method does not exist"}}"#,
            "it is a node's answer that says: the method does not exist",
        ),
        ("{\"pc\":0,\"op\":0}\n{\"pc\":1,", "line 2: it ends in the middle"),
        ("{\"pc\":0,\"op\":0}\n{\"pc\" 1}", "line 2: this is not JSON"),
        (
            "{\"pc\":\"0xfffffffffffffffff\"}",
            "line 1: invalid value: string \"0xfffffffffffffffff\", expected a number below 2^64, decimal or with 0x in hex",
        ),
        ("{\"pc\":-1,\"op\":0}", "line 1: -1 is below zero"),
        (
            "{\"pc\":0,\"op\":0}\n{\"op\":0,\"gas\":\"0x1\"}",
            "line 2: a step does not say at which pc it is",
        ),
        ("{\"pc\":1,\"op\":[]}", "line 1: an opcode is neither a number nor a name"),
        (
            "{\"pc\":1,\"stack\":[\"xyz\"]}",
            "line 1: invalid value: string \"xyz\", expected a word of 32 bytes, in hex",
        ),
    ] {
        assert_eq!(said(text).unwrap_err().to_string(), words, "{text}");
    }
}

#[test]
fn an_opcode_is_what_is_known_of_its_number_and_its_name() {
    let unknown = |text: &str| Some(Opcode::Unknown(text.to_owned()));
    for (told, opcode) in [
        (r#""op":1"#, Some(Opcode::Byte(1))),
        (r#""op":1,"opName":"ADD""#, Some(Opcode::Byte(1))),
        (r#""op":12,"opName":"INVALID""#, Some(Opcode::Byte(12))),
        (r#""op":12,"opName":"opcode 0xc not defined""#, Some(Opcode::Byte(12))),
        (r#""op":300,"opName":"ADD""#, Some(Opcode::Byte(1))),
        (r#""op":300"#, unknown("300")),
        (r#""op":"FOO""#, unknown("FOO")),
        (r#""op":1,"opName":"MUL""#, unknown("0x01 by its number, 0x02 by its name")),
        (r#""op":null"#, None),
    ] {
        let (steps, _) = said(&format!("{{\"pc\":0,{told}}}")).unwrap();
        assert_eq!(steps[0].opcode, opcode, "{told}");
    }
}

#[test]
fn what_our_own_lines_say_of_a_message_is_no_step() {
    let text =
        "{\"pc\":0,\"op\":0}\n{\"message\":0,\"verdict\":\"mismatch\",\"kind\":\"gas\",\"pc\":7}";
    assert_eq!(said(text).unwrap().0.len(), 1);
}

#[test]
fn no_more_is_read_than_is_wanted() {
    let text = "{\"pc\":0,\"op\":0}\n{\"pc\":1,\"op\":0}\nneither";
    let mut count = 0;
    let read = read(text.as_bytes(), None, &mut |_| {
        count += 1;
        false
    });
    assert!(read.is_ok());
    assert_eq!(count, 1);
}
