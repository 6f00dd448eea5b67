//! The defects: what somebody could break, and the test that has to see it.

use anyhow::{Result, ensure};

/// A defect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Defect {
    /// Its name.
    pub(crate) name: &'static str,
    /// The file that has it.
    pub(crate) file: &'static str,
    /// What stands there, once.
    pub(crate) sound: &'static str,
    /// What stands there instead.
    pub(crate) broken: &'static str,
    /// What has to find it.
    pub(crate) case: Case,
}

/// One test.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    /// The package that it is in.
    pub(crate) package: &'static str,
    /// The integration test that it is in; `None` for one beside the code.
    pub(crate) target: Option<&'static str>,
    /// The file that it is in.
    pub(crate) file: &'static str,
    /// Its name in full.
    pub(crate) test: &'static str,
}

impl Defect {
    /// `text`, which is the file's, with the defect in it.
    ///
    /// # Errors
    /// When it is not clear where it belongs.
    pub(crate) fn planted(&self, text: &str) -> Result<String> {
        let places = text.matches(self.sound).count();
        ensure!(
            places == 1,
            "{} cannot be planted: {} has its lines {places} times. Write it anew in \
             tests/sabotage/src/defects.rs",
            self.name,
            self.file
        );
        Ok(text.replacen(self.sound, self.broken, 1))
    }
}

const fn acceptance(file: &'static str, test: &'static str) -> Case {
    Case { package: "gateway-tests", target: Some("acceptance"), file, test }
}

const fn black_box(target: &'static str, file: &'static str, test: &'static str) -> Case {
    Case { package: "gateway-tests", target: Some(target), file, test }
}

const fn operations(test: &'static str) -> Case {
    let file = "tests/tests/operations.rs";
    Case { package: "gateway-tests", target: Some("operations"), file, test }
}

const fn drains(file: &'static str, test: &'static str) -> Case {
    Case { package: "gateway-tests", target: Some("drains"), file, test }
}

const fn traffic(test: &'static str) -> Case {
    let file = "tests/tests/traffic.rs";
    Case { package: "gateway-tests", target: Some("traffic"), file, test }
}

/// All of them.
pub(crate) const DEFECTS: [Defect; 61] = [
    // Takes a request with a length and a coding.
    Defect {
        name: "length-beside-chunks",
        file: "gatewayd/src/proxy/http1/framing.rs",
        sound: "Coding::Chunked | Coding::Unknown if has_length => return Err(Refusal::ClTe),",
        broken: "Coding::Chunked | Coding::Unknown if has_length && false => return Err(Refusal::ClTe),",
        case: acceptance(
            "tests/tests/acceptance/hostile_framing.rs",
            "hostile_framing::case_01_a_length_and_a_coding_together_are_refused_in_either_order",
        ),
    },
    // Takes two Transfer-Encoding lines for the last one.
    Defect {
        name: "two-codings",
        file: "gatewayd/src/proxy/http1/framing.rs",
        sound: "Err(_) => return Coding::Invalid,",
        broken: r#"Err(_) => &b"chunked"[..],"#,
        case: acceptance(
            "tests/tests/acceptance/hostile_framing.rs",
            "hostile_framing::case_02_a_disguised_transfer_encoding_is_refused",
        ),
    },
    // Forgives a chunk that ends in nothing.
    Defect {
        name: "no-end-of-chunk",
        file: "gatewayd/src/proxy/http1/chunked/decoder.rs",
        sound: "State::DataCr | State::DataLf => return Err(ChunkFault::End),",
        broken: r#"State::DataCr | State::DataLf => {
                    self.begin();
                    continue;
                }"#,
        case: acceptance(
            "tests/tests/acceptance/hostile_framing.rs",
            "hostile_framing::case_06_a_broken_chunk_ends_in_no_last_chunk_for_the_backend",
        ),
    },
    // Lets any field stand behind a body.
    Defect {
        name: "all-trailers-pass",
        file: "gatewayd/src/proxy/field_name.rs",
        sound: r#"    FieldName::of(name) == FieldName::Other
        && !NOT_IN_TRAILERS"#,
        broken: r#"    FieldName::of(name) == FieldName::Other && name.is_empty()
        || !NOT_IN_TRAILERS[..0]"#,
        case: acceptance(
            "tests/tests/acceptance/hostile_framing.rs",
            "hostile_framing::case_08_trailers_are_bounded_and_none_of_them_frames_routes_or_authorises",
        ),
    },
    // Takes a bare LF for the end of a line.
    Defect {
        name: "bare-line-feeds",
        file: "gatewayd/src/proxy/http1/head/fields.rs",
        sound: r#"if name > 0 && !head[..name].ends_with(b"\r\n")"#,
        broken: r#"if name > 0 && !head[..name].ends_with(b"\n")"#,
        case: acceptance(
            "tests/tests/acceptance/hostile_heads.rs",
            "hostile_heads::case_09_a_head_keeps_to_the_grammar",
        ),
    },
    // Takes the first Host of two.
    Defect {
        name: "two-hosts",
        file: "gatewayd/src/proxy/http1/head/request.rs",
        sound: "let host = fields.only(FieldName::Host).map_err(|_| Refusal::HostInvalid)?;",
        broken: "let host = fields.values(FieldName::Host).next();",
        case: acceptance(
            "tests/tests/acceptance/hostile_heads.rs",
            "hostile_heads::case_10_a_request_names_exactly_one_host",
        ),
    },
    // Routes by the path as it is written.
    Defect {
        name: "raw-paths",
        file: "gatewayd/src/proxy/http1/head/target.rs",
        sound: "let path = policy::canonical(path).map_err(|_| Refusal::PathInvalid)?;",
        broken: r#"policy::canonical(path).map_err(|_| Refusal::PathInvalid)?;
    let path = std::borrow::Cow::Borrowed(path);"#,
        case: acceptance(
            "tests/tests/acceptance/hostile_targets.rs",
            "hostile_targets::case_13_all_spellings_of_a_path_are_one_to_router_limiter_and_backend",
        ),
    },
    // Forgets what Connection nominates.
    Defect {
        name: "nominated-fields-pass",
        file: "gatewayd/src/proxy/http1/head/outgoing/request.rs",
        sound: "let kept = meaning.goes_to_backend(origin.trusted) && !nominated(name);",
        broken: "let kept = meaning.goes_to_backend(origin.trusted);",
        case: acceptance(
            "tests/tests/acceptance/hostile_heads.rs",
            "hostile_heads::case_15_connection_cannot_remove_what_the_gateway_says",
        ),
    },
    // Passes on the X-Forwarded-For of anybody.
    Defect {
        name: "forwarded-for-is-believed",
        file: "gatewayd/src/proxy/http1/head/outgoing/request.rs",
        sound: r#"let chain = origin.trusted && !nominated(b"X-Forwarded-For");"#,
        broken: r#"let chain = !nominated(b"X-Forwarded-For");"#,
        case: acceptance(
            "tests/tests/acceptance/hostile_heads.rs",
            "hostile_heads::case_15_connection_cannot_remove_what_the_gateway_says",
        ),
    },
    // Passes names with underscores.
    Defect {
        name: "underscores-pass",
        file: "gatewayd/src/proxy/field_name.rs",
        sound: "_ if name.contains(&b'_') => FieldName::Underscored,",
        broken: r#"_ if name.contains(&b'\n') => FieldName::Underscored,"#,
        case: acceptance(
            "tests/tests/acceptance/hostile_heads.rs",
            "hostile_heads::case_16_a_name_that_reads_like_another_is_dropped",
        ),
    },
    // Switches protocols for whoever did not ask.
    Defect {
        name: "unasked-switch",
        file: "gatewayd/src/proxy/http1/head/response.rs",
        sound: "return Err(ResponseFault::UnaskedSwitch);",
        broken: "drop(ResponseFault::UnaskedSwitch);",
        case: acceptance(
            "tests/tests/acceptance/hostile_messages.rs",
            "hostile_messages::case_17_h2c_stays_behind_and_an_unasked_switch_is_no_answer",
        ),
    },
    // Keeps a connection on which an unread body is.
    Defect {
        name: "unread-body-is-a-request",
        file: "gatewayd/src/proxy/serve/http1/connection.rs",
        sound: "let persists = persists && !has_body;",
        broken: "let persists = persists && (has_body || !has_body);",
        case: acceptance(
            "tests/tests/acceptance/hostile_messages.rs",
            "hostile_messages::case_19_a_body_nobody_reads_is_never_read_as_a_request",
        ),
    },
    // Waits for a head for ever.
    Defect {
        name: "no-head-deadline",
        file: "gatewayd/src/proxy/serve/http1/connection.rs",
        sound: "self.deadline.arm(HEAD);",
        broken: "self.deadline.arm(HEAD * 100);",
        case: acceptance(
            "tests/tests/acceptance/deadlines.rs",
            "deadlines::cases_35_to_40_and_69_nobody_is_waited_for_longer_than_a_deadline",
        ),
    },
    // Charges a backend for what the gateway is short of.
    Defect {
        name: "own-shortage-is-charged",
        file: "gatewayd/src/proxy/upstream/engage.rs",
        sound: "if error.is_backends_fault() {",
        broken: "if error.is_backends_fault() || true {",
        case: acceptance(
            "tests/tests/acceptance/unreachable_backends.rs",
            "unreachable_backends::case_66_a_shortage_of_our_own_is_not_charged_to_the_backend",
        ),
    },
    // Tells of a backend that swallows connections that it refuses them.
    Defect {
        name: "silence-is-a-refusal",
        file: "gatewayd/src/proxy/upstream/carrier.rs",
        sound: "                Refusal::UpstreamTimeout\n",
        broken: "                Refusal::UpstreamConnect\n",
        case: acceptance(
            "tests/tests/acceptance/unreachable_backends.rs",
            "unreachable_backends::case_66_where_all_are_silent_the_client_is_told_so_after_two_of_them",
        ),
    },
    // Waits for ever for a backend that vanished from a tunnel.
    Defect {
        name: "vanished-backends-stay",
        file: "gatewayd/src/net/dial.rs",
        sound: "socket.set_tcp_user_timeout(Some(LONGEST_UNACKNOWLEDGED))?;",
        broken: "socket.set_tcp_user_timeout(None)?;",
        case: acceptance(
            "tests/tests/acceptance/deadlines.rs",
            "deadlines::cases_35_to_40_and_69_nobody_is_waited_for_longer_than_a_deadline",
        ),
    },
    // Takes every method for idempotent.
    Defect {
        name: "post-is-sent-twice",
        file: "gatewayd/src/proxy/serve/http1/connection.rs",
        sound: "idempotent: read.method.is_idempotent(),",
        broken: "idempotent: true,",
        case: acceptance(
            "tests/tests/acceptance/faulty_backends.rs",
            "faulty_backends::case_67_only_what_may_be_repeated_is_and_only_once",
        ),
    },
    // Takes a body that broke off for a whole one.
    Defect {
        name: "a-cut-looks-whole",
        file: "gatewayd/src/proxy/http1/body.rs",
        sound: "if self.is_over() { Ok(()) } else { Err(Truncated) }",
        broken: "if self.is_over() || true { Ok(()) } else { Err(Truncated) }",
        case: acceptance(
            "tests/tests/acceptance/faulty_backends.rs",
            "faulty_backends::case_68_an_answer_that_is_cut_off_never_looks_whole",
        ),
    },
    // Pools a connection with a surplus on it.
    Defect {
        name: "surplus-is-kept",
        file: "gatewayd/src/proxy/upstream/answer.rs",
        sound: "self.reusable && self.is_over() && self.inbox.is_none()",
        broken: "self.reusable && self.is_over()",
        case: acceptance(
            "tests/tests/acceptance/faulty_backends.rs",
            "faulty_backends::case_71_what_says_too_much_is_not_used_again",
        ),
    },
    // Does not look at an idle connection before it is used.
    Defect {
        name: "idle-bytes-are-an-answer",
        file: "gatewayd/src/proxy/upstream/pools.rs",
        sound: "if connection.is_fresh(now_ms) && connection.is_quiet() {",
        broken: "if connection.is_fresh(now_ms) {",
        case: acceptance(
            "tests/tests/acceptance/faulty_backends.rs",
            "faulty_backends::case_71_an_answer_nobody_asked_for_reaches_nobody",
        ),
    },
    // Takes a server that fails at once for an idle one.
    Defect {
        name: "failures-are-no-load",
        file: "gatewayd/src/state/backend.rs",
        sound: "in_flight.saturating_add(errors)",
        broken: "in_flight.saturating_add(errors.min(0))",
        case: Case {
            package: "gateway-tests",
            target: Some("balancing"),
            file: "tests/tests/balancing.rs",
            test: "a_server_that_answers_503_at_once_attracts_no_extra_traffic_by_any_method",
        },
    },
    // Believes X-Forwarded-For of any peer.
    Defect {
        name: "forged-client-address",
        file: "gatewayd/src/policy/client_ip.rs",
        sound: "if !is_trusted(&client) {",
        broken: "if !is_trusted(&client) && trusted.len() > 1 {",
        case: Case {
            package: "gateway-tests",
            target: Some("limits"),
            file: "tests/tests/limits/counting.rs",
            test: "counting::a_forged_header_from_an_untrusted_peer_changes_nothing",
        },
    },
    // Forgets the key that used most of its limit.
    Defect {
        name: "spent-keys-are-forgotten",
        file: "gatewayd/src/state/limiter/mod.rs",
        sound: r#"match fills.enumerate().min_by_key(|(_, fill)| *fill) {
            Some((place, fill)) if fill < Measure::FULL"#,
        broken: r#"match fills.enumerate().max_by_key(|(_, fill)| *fill) {
            Some((place, fill)) if fill <= u32::MAX"#,
        case: Case {
            package: "gatewayd",
            target: None,
            file: "gatewayd/src/state/limiter/tests.rs",
            test: "state::limiter::tests::nobody_who_spent_everything_is_forgotten_and_newcomers_share_one_allowance",
        },
    },
    // Acknowledges a change before it is on disk.
    Defect {
        name: "nothing-is-on-disk",
        file: "gatewayd/src/state/writer/room.rs",
        sound: "if let Err(error) = self.journal.commit(&next, &operations) {",
        broken: "if let Err(error) = Ok::<(), String>(()) {",
        case: Case {
            package: "gateway-tests",
            target: Some("durability"),
            file: "tests/tests/durability.rs",
            test: "many_kills_lose_no_acknowledged_change_and_leave_none_half_applied",
        },
    },
    // Lets whoever has a role do everything.
    Defect {
        name: "every-role-is-enough",
        file: "gatewayd/src/admin/gate.rs",
        sound: "Some(role) if role >= needed => Ok(call),",
        broken: "Some(role) if role <= Role::Admin => Ok(call),",
        case: Case {
            package: "gateway-tests",
            target: Some("access"),
            file: "tests/tests/access.rs",
            test: "every_method_is_for_its_role_and_those_above_by_whichever_way_one_comes",
        },
    },
    // Answers before it is written who changed something.
    Defect {
        name: "nothing-is-audited",
        file: "gatewayd/src/state/writer/room.rs",
        sound: "if let Err(error) = self.audit.append_all(entries.clone()) {",
        broken: "if let Err(error) = Ok::<(), String>(()) {",
        case: Case {
            package: "gateway-tests",
            target: Some("audit"),
            file: "tests/tests/audit.rs",
            test: "fifty_kills_leave_a_chain_that_verifies_and_tells_all_that_was_acknowledged",
        },
    },
    // Takes half a line that a crash left for a whole one.
    Defect {
        name: "half-a-line-stays",
        file: "gatewayd/src/state/audit/log.rs",
        sound: "file.set_len(file.metadata()?.len() - bytes)?;",
        broken: "file.write_all(b\"\\n\")?;",
        case: Case {
            package: "gatewayd",
            target: None,
            file: "gatewayd/src/state/audit/tests.rs",
            test: "state::audit::tests::half_a_line_that_a_crash_left_is_cut_off_and_told",
        },
    },
    // Puts back what somebody changed since without a word.
    Defect {
        name: "conflicts-are-not-seen",
        file: "gatewayd/src/policy/way_back.rs",
        sound: "self.conflict |= now != after;",
        broken: "self.conflict |= now != after && now == before;",
        case: operations("what_somebody_changed_since_is_named_and_stays_unless_it_is_overruled"),
    },
    // Puts a removed backend at the end of its pool.
    Defect {
        name: "undone-at-the-end",
        file: "gatewayd/src/policy/restore.rs",
        sound: "pool.backends.insert(place.min(pool.backends.len()), *backend);",
        broken: "pool.backends.insert(place.max(pool.backends.len()), *backend);",
        case: Case {
            package: "gatewayd",
            target: None,
            file: "gatewayd/src/policy/apply/undo_tests.rs",
            test: "policy::apply::undo_tests::what_was_removed_is_again_where_it_was",
        },
    },
    // Forgets over a restart what goes back by itself.
    Defect {
        name: "reverts-are-not-kept",
        file: "gatewayd/src/model/desired.rs",
        sound: r#"#[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reverts"#,
        broken: r#"#[serde(skip)]
    pub reverts"#,
        case: operations("a_drain_for_a_while_ends_by_itself_after_kill_9_too"),
    },
    // Makes a change again that came with the same key.
    Defect {
        name: "keys-are-not-known",
        file: "gatewayd/src/state/operations.rs",
        sound: "self.keys.insert(key, Arc::clone(operation));",
        broken: "let _ = key;",
        case: operations("the_same_key_makes_a_change_once_whatever_happens_in_between"),
    },
    // Applies what came with the same key and waits for the same commit.
    Defect {
        name: "keys-are-not-known-in-time",
        file: "gatewayd/src/state/writer/keys.rs",
        sound: "if let Some(waiting) = pending.iter_mut().find(same) {",
        broken: "if let Some(waiting) = pending.iter_mut().find(same).filter(|_| false) {",
        case: operations("many_who_ask_at_once_with_one_key_change_once"),
    },
    // Looks at what guards a change and lets it be.
    Defect {
        name: "guards-hold-nothing",
        file: "gatewayd/src/tasks/revert.rs",
        sound: "breached(guard, &answered, revert.p99_before_us.map(Duration::from_micros))",
        broken: "breached(guard, &answered, None).filter(|_| revert.p99_before_us.is_some())",
        case: operations(
            "a_guarded_weight_goes_back_by_itself_when_the_backend_is_slow_and_says_why",
        ),
    },
    // Applies a file again that somebody took back.
    Defect {
        name: "a-file-comes-back",
        file: "gatewayd/src/policy/merge.rs",
        sound: "if !may_stay || base != wanted || current == wanted {",
        broken: "if may_stay || base != wanted || current == wanted {",
        case: operations(
            "a_file_that_was_applied_is_taken_back_and_stays_so_when_it_is_read_again",
        ),
    },
    // Ends the ill server before the one in its place has come.
    Defect {
        name: "replaced-before-another-came",
        file: "gatewayd/src/policy/scaling/lost.rs",
        sound: "let settled = fleet.coming == 0 && fleet.leaving == 0;",
        broken: "let settled = fleet.leaving == 0;",
        case: Case {
            package: "gatewayd",
            target: None,
            file: "gatewayd/src/policy/scaling/lost.rs",
            test: "policy::scaling::lost::tests::of_two_servers_the_ill_one_is_replaced_another_first",
        },
    },
    // Never takes a server for ill.
    Defect {
        name: "nobody-is-ill",
        file: "gatewayd/src/tasks/scale/sight.rs",
        sound: "memory.ail(&backend.name, is_ill(&signs), now_ms)",
        broken: "memory.ail(&backend.name, is_ill(&signs) && now_ms == 0, now_ms)",
        case: Case {
            package: "gateway-tests",
            target: Some("scaling_mishaps"),
            file: "tests/tests/scaling_mishaps.rs",
            test: "of_two_servers_one_that_hangs_for_good_is_replaced_by_another_that_came_first",
        },
    },
    // Believes no load while servers are silent.
    Defect {
        name: "silence-holds-growth",
        file: "gatewayd/src/policy/scaling/missing.rs",
        sound: "tolerance(idle.max(by_load), fleet, rules)",
        broken: "tolerance(idle.max(by_load * 0.0), fleet, rules)",
        case: Case {
            package: "gatewayd",
            target: None,
            file: "gatewayd/src/simulate/tests/silence.rs",
            test: "simulate::tests::silence::a_load_that_doubles_is_followed_although_no_server_reports",
        },
    },
    // Forgets the servers of the gateway before.
    Defect {
        name: "orphans-are-left",
        file: "gatewayd/src/tasks/scale/process/mod.rs",
        sound: "record.read().into_iter().map(adopt).collect());",
        broken: "record.read().into_iter().take(0).map(adopt).collect());",
        case: Case {
            package: "gateway-tests",
            target: Some("scaling_mishaps"),
            file: "tests/tests/scaling_mishaps.rs",
            test: "a_gateway_killed_while_the_fleet_grows_and_shrinks_loses_no_server_and_starts_none_twice",
        },
    },
    // Closes all streams of a drain at once.
    Defect {
        name: "all-come-back-at-once",
        file: "gatewayd/src/state/leaving.rs",
        sound: "let turn_ms = (u128::from(self.spread_ms) * u128::from(lot)) >> 32;",
        broken: "let turn_ms = (u128::from(self.spread_ms) * u128::from(lot)) >> 64;",
        case: drains(
            "tests/tests/drains/show.rs",
            "show::everything_that_is_under_way_has_its_time_and_short_requests_never_fail",
        ),
    },
    // Gives streams of a drain no longer than requests.
    Defect {
        name: "streams-are-closed-with-requests",
        file: "gatewayd/src/state/leaving.rs",
        sound: "self.streams_ms.saturating_add(turn_ms as u64) <= now_ms",
        broken: "self.requests_ms.saturating_add(turn_ms as u64) <= now_ms",
        case: drains(
            "tests/tests/drains/deadlines.rs",
            "deadlines::each_kind_is_told_of_and_closed_at_its_own_deadline_in_its_own_words",
        ),
    },
    // Believes a cookie that is not signed.
    Defect {
        name: "forged-sessions",
        file: "gatewayd/src/proxy/sessions.rs",
        sound: "verify_slices_are_equal(&self.tag(pool, claim).as_ref()[..TAG_BYTES], tag).ok()?;",
        broken: "let _ = verify_slices_are_equal(&self.tag(pool, claim).as_ref()[..TAG_BYTES], tag);",
        case: drains(
            "tests/tests/drains/sticky.rs",
            "sticky::a_client_stays_on_its_server_and_tells_nobody_which_that_is",
        ),
    },
    // Has everybody wait for whoever reads the log.
    Defect {
        name: "the-log-is-waited-for",
        file: "gatewayd/src/app/logging.rs",
        sound: ".with_writer(lines)",
        broken: ".with_writer(io::stderr)",
        case: Case {
            package: "gateway-tests",
            target: Some("access_log"),
            file: "tests/tests/access_log.rs",
            test: "a_stderr_that_nobody_reads_costs_lines_and_keeps_nobody_waiting",
        },
    },
    // Tells watchers what requests ask for behind the path.
    Defect {
        name: "queries-told",
        file: "gatewayd/src/proxy/story.rs",
        sound: "Some(query) if show => Query::Told",
        broken: "Some(query) if !show => Query::Told",
        case: traffic("a_request_is_told_as_it_was_and_its_query_is_masked"),
    },
    // Lets watchers wait in line for all that they cannot take.
    Defect {
        name: "no-farewell",
        file: "gatewayd/src/admin/traffic.rs",
        sound: "if told_at.elapsed() < PATIENCE {",
        broken: "if told_at.elapsed() < PATIENCE * 1000 {",
        case: traffic("who_reads_nothing_loses_requests_which_are_counted_and_is_sent_away"),
    },
    // Goes back from the oldest operation to the newest.
    Defect {
        name: "unwound-from-the-oldest",
        file: "gatewayd/src/policy/apply/rollback.rs",
        sound: "since.iter().map(Arc::as_ref).filter(|it| !it.is_by_itself());",
        broken: "since.iter().rev().map(Arc::as_ref).filter(|it| !it.is_by_itself());",
        case: black_box(
            "rollback",
            "tests/tests/rollback.rs",
            "a_gateway_goes_back_to_any_revision_after_a_restart_too_and_that_is_undone",
        ),
    },
    // Says of whatever is not as in the file that the last operation on it did that.
    Defect {
        name: "the-last-touch-is-credited",
        file: "gatewayd/src/policy/provenance.rs",
        sound: "let sets = says(&before) != says(&after);",
        broken: "let sets = says(&before) != says(&after) || field.differs();",
        case: Case {
            package: "gatewayd",
            target: None,
            file: "gatewayd/src/policy/provenance/tests.rs",
            test: "policy::provenance::tests::each_field_is_told_with_the_operation_that_said_it_last",
        },
    },
    // Finds an address well where nobody listens.
    Defect {
        name: "nobody-is-well",
        file: "gatewayd/src/tasks/probe/trial.rs",
        sound: "report.note(\"tcp\", started, Err(\"nobody listens there\".to_owned()));",
        broken: "report.note(\"tcp\", started, Ok(\"nobody listens there\".to_owned()));",
        case: black_box(
            "dialogs",
            "tests/tests/dialogs.rs",
            "the_command_line_adds_what_is_not_well_only_drained_or_by_force",
        ),
    },
    // Lets anybody scan the network of the gateway.
    Defect {
        name: "addresses-are-tried-at-any-pace",
        file: "gatewayd/src/admin/probe.rs",
        sound: "self.prober.admit(&actor_of(&request)).map_err(too_often)?;",
        broken: "let _ = self.prober.admit(&actor_of(&request)).map_err(too_often);",
        case: black_box(
            "dialogs",
            "tests/tests/dialogs.rs",
            "who_has_addresses_tried_too_often_waits",
        ),
    },
    // Takes a change back although nobody said so.
    Defect {
        name: "interrupts-take-back-unasked",
        file: "gatewayctl/src/commands/wait.rs",
        sound: "Some(operation) if self.on_interrupt == OnInterrupt::Undo => {",
        broken: "Some(operation) if self.on_interrupt == OnInterrupt::Detach => {",
        case: drains(
            "tests/tests/drains/interrupt.rs",
            "interrupt::an_interrupted_wait_leaves_the_drain_or_takes_it_back_as_told",
        ),
    },
    // Lets what a filter excludes through.
    Defect {
        name: "filters-exclude-nothing",
        file: "gatewayd/src/policy/traffic.rs",
        sound: "TrafficFilter::Not(part) => !admits(part, served),",
        broken: "TrafficFilter::Not(part) => admits(part, served),",
        case: traffic("a_filter_lets_through_exactly_what_it_says"),
    },
    // Shows all where a sample is asked for.
    Defect {
        name: "samples-are-all",
        file: "gatewayd/src/policy/traffic.rs",
        sound: "nth % sample == mixed(seed ^ (nth / sample)) % sample",
        broken: "nth % sample <= mixed(seed ^ (nth / sample)) % sample",
        case: traffic("a_sample_is_one_of_so_many"),
    },
    // Ends a tail with its connection.
    Defect {
        name: "tails-end-with-the-connection",
        file: "gatewayctl/src/commands/traffic/follow.rs",
        sound: "while since.elapsed() < PATIENCE {",
        broken: "while since.elapsed() < PATIENCE * 0 {",
        case: traffic("a_tail_goes_on_after_the_gateway_was_away"),
    },
    // Reads certificates and goes on with the old ones.
    Defect {
        name: "renewed-and-not-served",
        file: "gatewayd/src/tasks/certificates/watched.rs",
        sound: "self.serve(fresh, now_ms);\n",
        broken: "drop(fresh);\n",
        case: black_box(
            "certificates",
            "tests/tests/certificates.rs",
            "files_are_read_at_once_when_an_operator_says_so",
        ),
    },
    // Says nothing of files that are of no use.
    Defect {
        name: "bad-files-are-not-told",
        file: "gatewayd/src/tasks/certificates/mod.rs",
        sound: "change.warnings.push(format!(\"{by} keeps what it serves: {why}\"));",
        broken: "let _ = (by, why);",
        case: black_box(
            "certificates",
            "tests/tests/certificates.rs",
            "a_bad_file_keeps_what_is_served_and_the_others_are_read_all_the_same",
        ),
    },
    // Counts a file that is refused as a good one.
    Defect {
        name: "refused-files-look-good",
        file: "gatewayd/src/tasks/config_file.rs",
        sound: "        self.count(false);\n",
        broken: "        self.count(true);\n",
        case: black_box(
            "config",
            "tests/tests/config/running.rs",
            "running::each_bad_file_changes_nothing_under_load_by_signal_and_by_call",
        ),
    },
    // Reads what a later gatewayd wrote as if it were its own.
    Defect {
        name: "later-formats-are-read",
        file: "gatewayd/src/state/journal.rs",
        sound: "if format != FORMAT {",
        broken: "if format.is_empty() {",
        case: black_box(
            "durability",
            "tests/tests/durability.rs",
            "a_journal_of_a_later_gatewayd_is_put_aside_as_it_is_and_can_be_put_back",
        ),
    },
    // Ends servers with whoever is on them.
    Defect {
        name: "shrinking-cuts-streams",
        file: "gatewayd/src/tasks/scale/hand.rs",
        sound: "self.change(Change::Drain(inside, order)).await?;",
        broken: "self.change(Change::Drain(inside, order.filter(|_| false))).await?;",
        case: drains(
            "tests/tests/drains/shrinking.rs",
            "shrinking::streams_of_a_server_that_the_autoscaler_ends_are_told_before_it_ends",
        ),
    },
    // Looks at a template once the change is made.
    Defect {
        name: "templates-are-read-too-late",
        file: "gatewayctl/src/commands/change.rs",
        sound: "    session.suits(OPERATION)?;\n",
        broken: "",
        case: black_box(
            "operator",
            "tests/tests/operator.rs",
            "a_template_that_cannot_be_filled_in_changes_nothing",
        ),
    },
    // Fills templates with whatever a name obeys a terminal with.
    Defect {
        name: "templates-reach-the-terminal",
        file: "gatewayctl/src/output/template.rs",
        sound: "Value::Text(text) => Filled::from(safe_text(text).as_ref()),",
        broken: "Value::Text(text) => Filled::from(text.as_str()),",
        case: Case {
            package: "gatewayctl",
            target: None,
            file: "gatewayctl/src/output/template/tests.rs",
            test: "output::template::tests::what_comes_from_elsewhere_is_shown_as_in_tables",
        },
    },
    // Takes the end of a drain for something that somebody decided.
    Defect {
        name: "ends-of-drains-are-conflicts",
        file: "gatewayd/src/state/writer/judge.rs",
        sound: "expected.checked_add(ends) != Some(desired.revision)",
        broken: "expected.checked_add(ends.min(0)) != Some(desired.revision)",
        case: black_box(
            "operations",
            "tests/tests/operations.rs",
            "a_drain_that_comes_to_its_end_stops_nobody_and_what_somebody_did_does",
        ),
    },
    // Takes an operator's own last change for that of somebody else.
    Defect {
        name: "own-changes-are-conflicts",
        file: "gatewayctl/src/tui/dialog/target.rs",
        sound: "if at <= known => None,",
        broken: "if at <= known.min(0) => None,",
        case: Case {
            package: "gatewayctl",
            target: None,
            file: "gatewayctl/src/tui/tests/stories.rs",
            test: "tui::tests::stories::who_changes_a_target_twice_in_a_second_is_not_stopped_by_the_first_time",
        },
    },
];
