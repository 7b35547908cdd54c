"""Every sentence that an error says, once: marked for translators, by a code that errors carry with what it is made of.

It is put into words where it is shown: in the reader's language on a page, in English on the command line, which is
where `str` of an error goes.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping

from surveyapp.domain.i18n import N_

SENTENCES: Mapping[str, str] = {
    # Who may do what
    "role_does_not_let": N_("Your role in this study does not let you %(action)s. Ask a manager."),
    "role_does_not_let_there": N_("Your role lets you %(action)s at other sites only. Ask a manager."),
    "some_sites_only": N_("You manage some of the study's sites. Ask a manager of the whole study to open a version."),
    "whole_study_only": N_("You manage some of the study's sites. Ask a manager of the whole study to make a release."),
    "all_sites_only": N_(
        "You manage some of the study's sites. Ask a manager of the whole study to change a touchpoint."
    ),
    "frame_of_all_sites": N_(
        "You read the answers of some of the study's sites. The codes are everybody's: ask somebody who reads all of "
        "them to change one."
    ),
    "own_sites_only": N_("You add people at your own sites only. Use one of: %(sites)s."),
    "own_account": N_("This is your own account. Another administrator changes it."),
    "own_grants": N_("Nobody changes their own roles. Ask somebody else who may."),
    "cannot_grant": N_("Your own roles do not let you give or take the role %(role)s there. Ask an administrator."),
    "purpose_too_long": N_("Say it in at most %(limit)s characters."),
    "purpose_reaches_somebody": N_(
        "What is entered here stays on record for good: leave out e-mail addresses and phone numbers."
    ),
    # What there is not
    "no_member": N_("Nobody has this account any more."),
    "no_study": N_("There is no study “%(study)s”."),
    "no_questionnaire": N_("There is no questionnaire “%(name)s” in %(study)s."),
    "no_version": N_("There is no version %(version)s of “%(name)s” in %(study)s."),
    "no_version_beside": N_("There is no version “%(version)s” in %(study)s to put beside this one."),
    "no_open_version": N_("No version of “%(name)s” is open in %(study)s."),
    "no_section": N_("%(questionnaire)s has no section “%(section)s”."),
    "no_participant": N_("There is no %(reference)s in this study."),
    "no_case": N_("There is no %(reference)s at touchpoint %(touchpoint)s in this study."),
    "no_message": N_("There is no such message in this study."),
    "no_messages": N_("%(study)s sends nothing: its study.yaml says nothing of `messages`. Write them there first."),
    "sending_already": N_("Messages are being sent at this moment. Try again in a few minutes."),
    "sending_is_off": N_("Sending is switched off in this study. Switch it on first."),
    "letters_unwritable": N_(
        "No font of this machine has all letters of the names and addresses. Whoever runs the system installs one that "
        "has them (fonts-noto-core, fonts-noto-cjk); then send them again under “To decide”."
    ),
    "no_letters": N_("%(study)s writes no letters: no step of its messages has the way letter."),
    "nothing_to_take": N_("Nothing is due that way. Look at the calendar for when the next is."),
    "texts_not_read": N_("GOV.UK Notify does not say which texts came in. Check SURVEYAPP_NOTIFY_KEY."),
    "mailbox_not_read": N_(
        "The mailbox cannot be read (%(why)s). Check SURVEYAPP_MAILBOX, and whether its server answers."
    ),
    "message_decided": N_("Somebody decided about this message already. Load the page again."),
    "no_touchpoint": N_("There is no touchpoint %(touchpoint)s of “%(group)s” in this study."),
    "touchpoint_gone": N_("The study no longer has a touchpoint %(touchpoint)s for %(group)s."),
    "no_measure": N_("There is no measure “%(measure)s” in this study."),
    "counting": N_("The answers are being counted for the first time. Load this page again in a minute."),
    "correction_over": N_(
        "What you sent can no longer be corrected here. Ask us: you find us at the bottom of this page."
    ),
    "no_month": N_("%(month)s is no month. Write the year and the month, such as 2026-11."),
    "month_to_come": N_("%(month)s has not begun, so nothing is known of it. Choose an earlier month."),
    "no_segment": N_("“%(segment)s” is not a segment of this study."),
    "no_group": N_("There is no group “%(group)s” in this study."),
    "no_option": N_("“%(option)s” is not one of several options of this question."),
    "no_crossing": N_("“%(name)s” has no options that people could be counted by."),
    "no_question": N_("There is no question “%(name)s” at this touchpoint."),
    "no_such_answer": N_("This answer is no longer here: it was changed, or whoever gave it has left the study."),
    "purpose_wanted": N_("Say what you read these answers for."),
    "words_not_there": N_("These words do not stand in the answer. Copy them from it as they are written."),
    "no_such_language": N_("This study has no such language."),
    "translation_too_long": N_("A translation can have at most %(most)s characters. This one is longer."),
    "given_in_that_language": N_("The answer was given in that language."),
    "code_gone": N_("That code is not in use: it was merged or taken out. Load the page again."),
    "coded_by_two": N_("This answer is coded by two, or settled: it is not coded once more."),
    "not_to_be_quoted": N_("Whoever said this has not agreed to be quoted. Choose somebody else’s words."),
    "quote_decide_first": N_(
        "Something in these words may say who somebody is. Redact it or say that it may stay, then ask again."
    ),
    "quote_too_long": N_("A quotation can have at most %(most)s characters. Choose fewer of the words."),
    "quote_all_redacted": N_("All of these words are redacted. Choose others."),
    "quoted_already": N_("These words are among the quotations already."),
    "quote_segment_small": N_("Too few people are in that segment for it to stand beside words. Choose none."),
    "no_quotation": N_("This quotation is no longer here: it was changed, or whoever said it has left the study."),
    "no_case_study": N_("This person is no case study: nothing of theirs may be quoted, or no longer."),
    "own_quotation": N_("You chose these words yourself. Somebody else who may read words clears or refuses them."),
    "quotation_decided": N_("This quotation is decided already. Load the page again."),
    "refusal_wanted": N_("Say why they are not to be quoted."),
    "quote_changed": N_("The answer was changed since these words were chosen. Choose them from it anew."),
    "nothing_to_settle": N_("Nobody disagrees on this answer any more."),
    "code_title_wanted": N_("Give the code a name."),
    "code_title_taken": N_("There is a code “%(title)s” already. Give this one another name."),
    "codes_too_many": N_("A question can have at most %(most)s codes. Merge some first."),
    "code_into_itself": N_("A code cannot be merged into itself. Choose another."),
    "code_is_nested": N_("This code is part of another, and cannot be split. Add a code beside it."),
    "split_into_two": N_("Give at least two different names, a line each."),
    "code_holds_others": N_("Other codes are part of this one. Move or merge them first."),
    "code_nests_once": N_(
        "A code can be part of one that stands by itself, and not of one that is a part or has parts."
    ),
    "did_you_mean": N_("Did you mean “%(name)s”?"),
    "both": N_("%(first)s %(second)s"),
    "export_purpose_wanted": N_("Say what these answers are taken out for."),
    "nothing_to_export": N_("Nobody has sent answers in %(study)s yet that may leave in a file."),
    "no_export": N_("There is no such export any more. Ask for it anew."),
    "export_asked_already": N_("You have asked for the same already. Take it, or throw it away to ask anew."),
    "exports_too_many": N_("You have %(most)s exports that wait or lie ready. Take one and throw it away first."),
    "export_not_there": N_("There is no file to take: it is not ready yet, or its day is over. Ask for it anew."),
    "export_void": N_(
        "Somebody whose answers are in this file has left since, or no longer agrees to it. It was thrown away: ask "
        "for it anew."
    ),
    "export_void_kept": N_(
        "Something in this file is kept no longer, as its study says. It was thrown away: ask for it anew."
    ),
    "export_void_words": N_("Words in this file were redacted since. It was thrown away: ask for it anew."),
    "export_given_up": N_(
        "It was begun several times and never came to an end. Ask for another shape or format, or have whoever runs "
        "the system look at the worker’s log."
    ),
    "export_failed": N_("Something went wrong that is no fault of yours. Whoever runs the system finds it in the log."),
    "export_not_permitted": N_("When it was to be made, you might no longer take single answers out. Ask a manager."),
    "export_account_closed": N_("The account of whoever asked was closed."),
    "export_no_room": N_(
        "The files could not be written: %(why)s. Whoever runs the system makes room where SURVEYAPP_CACHE is; then "
        "ask for it anew."
    ),
    "job_failed": N_("Something went wrong here. Whoever runs the system finds it in the log."),
    "job_given_up": N_(
        "It was begun several times and got no further. Ask for it again, or have whoever runs the system look at the "
        "worker’s log."
    ),
    "job_not_permitted": N_("Whoever asked may not do this any more."),
    "job_account_closed": N_("The account of whoever asked for this was closed."),
    "job_taken_up": N_("The worker has taken this up, and goes on with it by itself."),
    "moves_elsewhere": N_(
        "This was asked for while version %(version)s was open, and version %(open)s is open now. Look at what moving "
        "to that one means, and ask for it."
    ),
    "nobody_asked_to_link": N_(
        "This study asks nobody whether their answers may be put beside other records. Take them without references."
    ),
    "token_name_wanted": N_("Give the token a name of at most %(most)s characters, such as the program that uses it."),
    "token_made_already": N_(
        "This token was made already, and is shown once. If you have not copied it, end it and make another."
    ),
    "token_scope_wanted": N_("Say what the program may read: at least one thing that you may read yourself."),
    "token_days_wanted": N_("Choose how many days it lasts: one of %(days)s."),
    "tokens_too_many": N_("You have %(most)s tokens. End one that no program uses any more first."),
    "no_token": N_("There is no such token any more: it ended, or its day came."),
    "token_missing": N_(
        "This address is for programs: send a token as `Authorization: Bearer …`. Tokens are made at one’s account."
    ),
    "token_unknown": N_("There is no such token. Check that all of it was copied, or make another at your account."),
    "token_expired": N_("The token’s last day is over. Make another at your account."),
    "token_ended": N_("The token was ended. Make another at your account if the program is still to read."),
    "token_account_closed": N_("The account that the token belongs to is closed. Ask an administrator."),
    "token_not_for": N_("The token does not let a program read “%(scope)s”. Make one that does at your account."),
    "parameter_unknown": N_("There is no parameter “%(name)s” here. There are: %(known)s."),
    "parameter_unusable": N_("“%(value)s” cannot be used for %(name)s. Use %(wanted)s."),
    "parameter_twice": N_("%(name)s is there more than once. Send it once."),
    "cursor_unusable": N_("This cursor is not from an answer to the same request. Begin again without one."),
    "no_table": N_("Release %(number)s has no table “%(table)s”. The answer for the release lists those that it has."),
    "no_such_choice": N_(
        "There is no file of what the address asks for: `by` is one of %(known)s, `people` is everyone or matched."
    ),
    "no_dataset": N_("There is no dataset “%(dataset)s” in this shape. There are: %(known)s."),
    "folder_holds_export": N_("%(folder)s holds such an export already. Name another folder, or move that one away."),
    "export_not_written": N_("The files could not be written to %(folder)s: %(why)s."),
    "too_many_for_sheet": N_(
        "%(rows)s rows or %(columns)s columns are more than a spreadsheet takes. Choose another format."
    ),
    "no_release": N_("There is no release %(number)s of this study."),
    "person_keys_gone": N_(
        "The file with people's keys is not in its place, so that contact details and words can neither be read nor "
        "added. Whoever runs this site has to put it back."
    ),
    "person_key_gone": N_("The key of this person's record was destroyed, and what it sealed is gone with it."),
    "contact_key_gone": N_(
        "What is sealed with the key %(names)s cannot be opened: this site is no longer told that key. Whoever runs it "
        "has to add it back to its settings."
    ),
    "not_in_release": N_("Release %(number)s does not hold this."),
    # The state that something is in
    "no_release_yet": N_(
        "There is no release of this study yet. A manager makes one once enough people have answered."
    ),
    "too_few_new": N_(
        "Since the last release %(new)s people are new or changed, and one needs %(needed)s: %(missing)s are missing."
    ),
    "not_protected": N_(
        "Somebody's answer could be worked out from this release and those before it together, so it is not made. Try "
        "again with more answers."
    ),
    "made_meanwhile": N_("Release %(number)s was made meanwhile. Look at it first."),
    "agreed_words": N_(
        "That is not understood as a time. Write for example “Tuesday after 5”, “tomorrow morning” or “in two weeks”, "
        "or enter day and time."
    ),
    "agreed_differs": N_(
        "Day and time say %(day)s, %(time)s, and the words %(other_day)s, %(other_time)s. Leave out what is not meant."
    ),
    "agreed_twice": N_(
        "The clocks go back that night, so that this time comes twice. Choose which of the two is meant."
    ),
    "detail_missing": N_("Choose one of these."),
    "no_proxy": N_("This study lets nobody answer for somebody else in this way. Choose who answers."),
    "complaint_missing": N_("Write down what they complained of, in their words as far as you can."),
    "contact_missing": N_("Write down the new number or address that you took."),
    "complaint_open": N_(
        "%(reference)s complained, and is not called until a supervisor has decided. Talk to your supervisor."
    ),
    "referral_gone": N_("That is decided already, or was taken back."),
    "decision_missing": N_("Choose what comes of it."),
    "too_late_to_undo": N_(
        "It is too late to undo that: more than a minute has passed, or somebody went on with %(reference)s since."
    ),
    "languages_unknown": N_("Write the languages by name or by code, with commas between them: English, Polish."),
    "no_such_decision": N_("Choose whether they are called again."),
    "attempts_more": N_("Say how many attempts more: from 1 to %(limit)s."),
    "tried_since": N_("%(reference)s was tried again since you looked. Look at what came of it, then decide."),
    "refused_for_good": N_("%(reference)s has refused. Nobody calls them, unless they get in touch themselves."),
    "refused_until": N_("%(reference)s has refused for now. They may be asked once more from %(day)s on."),
    "refused_to_you": N_("%(reference)s refused when you asked, so somebody else has to ask them once more."),
    "not_yours": N_("%(reference)s is not yours to hand over."),
    "nobody_to_call": N_("There is nobody to call: %(reference)s at touchpoint %(touchpoint)s is %(state)s."),
    "cannot_answer": N_("%(reference)s can no longer answer touchpoint %(touchpoint)s: the case is %(state)s."),
    "spot_no_touchpoint": N_("Choose who is asked there."),
    "spot_no_site": N_("Choose at least one place."),
    "spot_pin_spent": N_("Too many wrong PINs. Use your passkey, or sign out and in again."),
    "spot_pin_wrong": N_("That is not the PIN of this day. Tries left: %(left)s."),
    "tablet_lent": N_("The tablet is handed over already. Take it back first."),
    "tablet_not_lent": N_("The tablet is not handed over."),
    "not_on_the_spot": N_("%(reference)s is not on the list of this day."),
    "answers_not_taken": N_("Answers are not taken now: the case is %(state)s."),
    "nothing_open_yet": N_("No version of %(name)s is open yet."),
    "withdrawn": N_("%(reference)s has withdrawn from the study. Nothing about them is changed."),
    "withdrawn_in_list": N_(
        "%(reference)s has withdrawn from the study. Nothing about them is changed: take them out of the list."
    ),
    "withdrawn_contacts": N_("%(reference)s has withdrawn. Only whoever handles that may see how to reach them."),
    "change_not_open": N_("That cannot be recorded of %(reference)s any more: look at where they stand now."),
    "not_sent_yet": N_("%(reference)s has not sent touchpoint %(touchpoint)s, so there is nothing to open again."),
    "no_longer_opened": N_(
        "Touchpoint %(touchpoint)s of %(reference)s cannot be opened again: its time is over, or they have left."
    ),
    "version_between_missing": N_(
        "A version of %(name)s between the two is neither open nor in the files. Bring it back."
    ),
    "version_not_frozen": N_("Version %(version)s of %(name)s is not frozen. Freeze it first."),
    "none_frozen": N_("No version of %(name)s is frozen. Run `%(command)s` first."),
    "never_opened": N_("Version %(version)s of %(name)s was never opened. Open it with `%(command)s`."),
    "version_too_new": N_("Version %(version)s of %(name)s came after this process started. Restart it, then open it."),
    "version_differs": N_(
        "The database holds another version %(version)s of %(name)s than the files. Restore the file it was opened "
        "from; what people answered cannot change under them."
    ),
    "version_not_in_lock": N_(
        "Version %(version)s of %(name)s is open, but %(lock)s does not have it: the files here are older than the "
        "database. Bring in the release it was opened from."
    ),
    "version_not_as_locked": N_(
        "Version %(version)s of %(name)s was opened from another file than %(lock)s says. Restore the file it was "
        "opened from, and write what is different as version %(next)s."
    ),
    "frozen_files_changed": N_("Files of the study that are frozen have changed. %(faults)s"),
    "translation_unreadable": N_("A translation cannot be read: %(file)s, line %(line)s: %(why)s"),
    # Signing in
    "sign_in_wrong": N_("The e-mail address or the password is not right. Check both and try again."),
    "code_wrong": N_(
        "That code is not right, or it was used already. Enter the six digits that your authenticator app shows now."
    ),
    "recovery_code_wrong": N_(
        "That code is not right, or it was used already. Each works once. Check it, or take another."
    ),
    "passkey_wrong": N_("That passkey does not let you in here. Use another, or your password."),
    "no_passkeys_here": N_("Passkeys need a site that has a name, and this one is at a number."),
    "no_passkey": N_("You have no such passkey."),
    "last_factor": N_("This is your only second factor. Set up another one first, then remove this."),
    "provider_unknown": N_(
        "The sign-in service let you through, but no account here goes with who it says you are. Ask the person who "
        "runs this installation."
    ),
    "provider_failed": N_("The sign-in service did not answer as it should. Try again, or use your password."),
    "passkey_late": N_("That took too long, or was sent twice. Try again."),
    "passkey_name": N_("Give the passkey a name of at most %(longest)s characters, such as “my phone”."),
    "passkey_not_made": N_("The passkey could not be kept. Try again, or use another device."),
    "passkeys_many": N_("You have %(most)s passkeys, and that is as many as there can be. Remove one first."),
    "own_password_wrong": N_("That is not your password. Check it and try again."),
    "password_length": N_(
        "Choose a password of %(shortest)s to %(longest)s characters. Three or four unrelated words are easy to "
        "remember."
    ),
    "password_guessable": N_("That password is too easy to guess. Choose another."),
    "password_common": N_(
        "That password is made of what everybody would try: common passwords, your name or address, the product's "
        "name. Put words of your own in it."
    ),
    "password_breached": N_("That password stands in lists of stolen ones. Choose another."),
    "password_same": N_("Choose another password than the one you have now."),
    # Calls
    "completed_by_itself": N_("Completed is recorded when the interview is handed in. Choose what came of this call."),
    "note_too_long": N_("Make the note shorter: at most %(limit)s characters."),
    "call_time_missing": N_("Choose the day and the time at which we should call."),
    "call_time_hours": N_(
        "We call from %(begins)s to %(ends)s, at the weekend from %(weekend_begins)s to %(weekend_ends)s. Choose a "
        "time within that."
    ),
    "agreed_closed_then": N_("These questions are open until %(day)s. Choose a time up to then."),
    "agreed_missing": N_("Enter the day and time you agreed."),
    "agreed_not_there": N_("The clocks go forward then, so that time does not exist. Enter another."),
    "agreed_past": N_("That time has passed. Enter one to come."),
    "agreed_too_far": N_("That is more than %(days)s days ahead. Check the date."),
    # What people ask of what is held of them
    "facts_missing": N_("Ask them for at least %(needed)s things that are on record, and tick what they knew."),
    "why_missing": N_("Choose the reason that comes closest."),
    # Links
    "nobody_for_links": N_("Nobody can be given a link there now. Choose another touchpoint."),
    # PINs
    "pin_shape": N_("Write %(shortest)s to %(longest)s digits, and nothing else."),
    "pin_tried_first": N_("That is one of the first that anybody would try. Choose another."),
    "not_sent_that_way": N_("Nothing can be sent that way now. Choose another, or ask us."),
    "reminder_time_missing": N_("Choose when we should remind you."),
    "reminders_enough": N_("You asked for several reminders. Put the next one into your own calendar."),
    "no_code_that_way": N_("A code cannot be sent that way now. Choose another, or ask us."),
    "codes_enough": N_(
        "Several codes were asked for already. Wait an hour before you ask for another, or ask us: you find us at the "
        "bottom of this page."
    ),
    "codes_enough_here": N_(
        "Many codes were asked for from where you are. Wait an hour before you ask for another, or ask us: you find us "
        "at the bottom of this page."
    ),
    "sent_code_shape": N_("Write the %(digits)s digits of the code, and nothing else."),
    "sent_code_wrong": N_("That is not the code that was sent last. Tries left: %(left)s."),
    "sent_code_over": N_("That code is over. Have another one sent."),
    "pin_same": N_("That is the PIN that you wrote above. Choose another."),
    "pin_wrong": N_("That is not your PIN. Tries left: %(left)s."),
    # People, as they are written down
    "cannot_be_shown": N_("There is a character in it that cannot be shown. Type it anew."),
    "text_too_long": N_("Use at most %(limit)s characters."),
    "not_a_phone_number": N_("Enter one phone number with its area code, such as 07700 900 142 or +48 22 123 45 67."),
    "too_short_to_dial": N_("This is too short to dial."),
    "spreadsheet_number": N_(
        "“%(written)s” is what a spreadsheet makes of a long number. Format the column as text and type the number "
        "again."
    ),
    "not_an_email": N_("Enter an e-mail address such as name@example.org."),
    "prefers_without_phone": N_(
        "They prefer a call or a text message, but there is no phone number. Add one, or leave this empty."
    ),
    "prefers_without_email": N_("They prefer an e-mail, but there is no e-mail address. Add one, or leave this empty."),
    "phone_shared": N_("This phone number is also that of %(others)s."),
    "email_shared": N_("This e-mail address is also that of %(others)s."),
    "on_line": N_("line %(line)s"),
    "in_row": N_("Row %(line)s: %(why)s"),
    "not_a_value": N_("“%(written)s” is not one of the values."),
    "use_one_of": N_("Use one of: %(values)s."),
    "not_a_date": N_("“%(written)s” is not a date. Write it like 2026-01-31 or 31/01/2026."),
    "day_to_come": N_("%(day)s is still to come. Check the year."),
    "day_too_long_ago": N_("%(day)s is too long ago. Check the year."),
    "day_too_far": N_("%(day)s is too far off. Check the year."),
    "event_missing": N_("Say what happened. Use one of: %(values)s."),
    "day_missing": N_("Say on which day."),
    "group_missing": N_("Say which group. Use one of: %(values)s."),
    "not_a_reference": N_(
        "“%(written)s” is not a reference of this group. Write it like %(example)s, or leave it empty for the next "
        "free number."
    ),
    "reference_taken": N_("%(reference)s is taken. Use another, or leave it empty for the next free number."),
    "reference_merged": N_(
        "%(reference)s is the same person as %(kept)s, and was merged with them. Leave them out, or write %(kept)s in "
        "its place to change them."
    ),
    "reference_gone": N_(
        "%(reference)s is not used again: whoever had it was erased, or came in a list that was taken back. Leave them "
        "out. Only where they are to be added anew, leave the reference empty."
    ),
    "reference_twice": N_("%(reference)s is on %(where)s too."),
    "not_a_site_reference": N_("“%(written)s” is not a site's reference: use up to 20 letters, digits and dashes."),
    "site_missing": N_("Say which site this is: something is said of it, but not its reference."),
    "site_new": N_(
        "%(site)s is a new site: fill in “%(attribute)s” with one of: %(values)s. If it is not new, correct its "
        "reference."
    ),
    "site_differs": N_("%(site)s is down as “%(held)s”. Write the same, or leave it empty."),
    "site_not_known": N_("For %(site)s this is not known. Leave it empty."),
    # Who belongs with whom
    "relationship_missing": N_("Say what they are to one another."),
    "relationship_not_of_group": N_("Nobody of “%(group)s” has this. Leave it empty."),
    "not_a_reference_of": N_("“%(written)s” is not a reference of “%(group)s”. Write it like %(example)s."),
    "named_twice": N_("%(reference)s is named on %(where)s too."),
    "in_another_group": N_("%(reference)s is in another group. Check the reference."),
    "related_take_away": N_("%(reference)s has this to %(other)s already. Take that away first."),
    "not_there_to_relate": N_("There is no %(reference)s in this study. Correct it, or add them first."),
    "not_there_check": N_("There is no %(reference)s in this study. Check the reference."),
    "names_somebody_else": N_("%(reference)s names somebody else. Write the two as a pair, or one of them only."),
    # Files of people
    "file_imported": N_("This very file was imported on %(day)s already."),
    "file_empty": N_("The file is empty. Its first row names the columns."),
    "file_without_people": N_("There is nobody in the file, only the names of columns."),
    "file_too_large": N_("The file is larger than %(megabytes)s MB. Split it."),
    "file_too_long": N_("The file has more than %(rows)s rows. Split it."),
    "workbook_old": N_("This is a workbook of before 2007 (.xls). Save it as “Excel workbook (.xlsx)” or CSV UTF-8."),
    "workbook_protected": N_(
        "The workbook has a password, so nobody else can open it. Save a copy without one and choose that."
    ),
    "workbook_other": N_("This is no Excel workbook. Save the sheet as “Excel workbook (.xlsx)” or as CSV UTF-8."),
    "workbook_broken": N_("The workbook is damaged. Open it, save it again as .xlsx, and choose that."),
    "workbook_too_large": N_(
        "The workbook unpacks to more than %(megabytes)s MB. Copy the list alone into a new one and save that."
    ),
    "workbook_too_much": N_(
        "The workbook holds more than can be looked through; rows and cells that look empty count too. Copy the rows "
        "of the list alone into a new one and save that."
    ),
    "cells_merged": N_(
        "The cells %(cells)s are merged, so that only the first of these rows has what stands in them. Take the "
        "merging off and fill in each row."
    ),
    "formula_without_value": N_(
        "%(cell)s holds a formula whose result was not saved. Open the file in a spreadsheet program and save it again."
    ),
    "cell_error": N_("“%(written)s” is an error of the spreadsheet. Correct it there, or leave the cell empty."),
    "cell_markup": N_("“%(written)s” has signs of a web page in it. Write “%(meant)s”."),
    "file_is_pdf": N_("This is a PDF. Save the list it was made of as a workbook (.xlsx) or as CSV UTF-8."),
    "file_is_document": N_("This is a text document. Copy the list into a spreadsheet and save that."),
    "file_is_packed": N_("This is an archive. Unpack it and choose the list in it."),
    "file_is_page": N_(
        "This is a web page or XML, whatever its name says. Open it in a spreadsheet program and save it as .xlsx or "
        "as CSV UTF-8."
    ),
    "file_is_json": N_("This is JSON. Save the list as a workbook (.xlsx) or as CSV UTF-8."),
    "too_many_columns": N_("The list has %(columns)s columns and can have %(limit)s. Take out those it does not need."),
    "letter_lost": N_("A letter was lost when the file was saved: there is a %(mark)s in its place. Type it anew."),
    "wrong_characters": N_(
        "“%(written)s” was read in the wrong character set and saved so: it should say “%(meant)s”. Open the first "
        "file again, as UTF-8, or correct it here."
    ),
    "file_not_csv": N_("This is neither a text file nor a workbook. Save the list as .xlsx or as “CSV UTF-8”."),
    "row_cells": N_(
        "The row has %(cells)s cells and the header %(header)s. A cell with a comma, a semicolon or a line end in it "
        "needs quotation marks around it."
    ),
    "row_quotation": N_(
        "A quotation mark in this row does not belong there or is never closed, so nothing from here on can be read. "
        "Write a quotation mark inside a cell twice."
    ),
    "column_missing": N_("There is no such column, and every row needs it."),
    "column_nameless": N_("Column %(number)s has no name. Name it or take it out."),
    "column_unknown": N_("This is not a column that can be imported."),
    "column_correct_it": N_("Take it out, or correct its name."),
    "column_twice": N_("Two columns have this name. Take one out."),
    "encoding_guessed": N_(
        "The file is not UTF-8 text and looks like %(encoding)s, in which case its letters can be read. Say that it "
        "is, or save it as CSV UTF-8."
    ),
    "sheets_several": N_("Several sheets of the workbook may be the list: %(sheets)s. Say which of them it is."),
    "sheets_some_hidden": N_(
        "Several sheets of the workbook may be the list: %(sheets)s. Hidden are %(hidden)s. Say which of them it is."
    ),
    "sheet_hidden": N_("The list stands on a hidden sheet, %(sheet)s. Say that it is to be read."),
    "sheet_not_there": N_("There is no sheet called %(sheet)s. There are %(sheets)s."),
    "sheets_none": N_("The file has no sheets to choose from."),
    "dates_mixed": N_(
        "In some dates the day comes first and in others the month. Write all of them in one order, best like "
        "2026-01-31."
    ),
    "dates_either": N_("%(written)s can be read two ways. Say whether the day or the month comes first."),
    "spreadsheet_day": N_(
        "“%(written)s” is how a spreadsheet counts days, and would be %(day)s. Format the column as dates and save "
        "again."
    ),
    "day_after_study": N_("%(day)s is after the end of the study, %(end)s."),
    "not_a_year": N_("“%(written)s” is not a year of birth. Write it like 1980."),
    "not_another_phone": N_(
        "“%(written)s” is not a phone number that can be dialled. Write each whole, with a semicolon between them."
    ),
    "yes_or_no": N_("“%(written)s” is neither yes nor no."),
    "consent_to_nothing": N_("It is not said what was consented to. Fill in a consent, or leave this empty."),
    "consent_without_day": N_("Say on which day the consent was given."),
    "consent_wording_unknown": N_("“%(written)s” is not a version of the wording. The newest is %(newest)s."),
    "list_without_group": N_("Say which group these people are in: choose one, or the column that says it."),
    "group_after_answers": N_("%(reference)s has begun to answer the questions of their group, and stays in it."),
    "related_elsewhere": N_(
        "%(reference)s has this to somebody at a site that you do not manage. Ask a manager of the whole study to take "
        "that away first."
    ),
    "group_with_relationship": N_("Somebody belongs with %(reference)s as one of their group. Take that away first."),
    "other_missing": N_("Write the reference of the other person."),
    "merge_with_themselves": N_("%(reference)s is this person. Write the reference of the other one."),
    "merge_across_groups": N_(
        "%(reference)s and %(other)s are in different groups. Put one of them into the other’s group first."
    ),
    "merge_the_other_way": N_(
        "Somebody was merged into %(reference)s already. Open %(reference)s and merge %(other)s into them."
    ),
    "merged_already": N_("%(reference)s was merged into %(other)s already."),
    "talked_with_now": N_(
        "An interviewer has %(reference)s or %(other)s open at the moment. Try again when they have closed it."
    ),
    "no_merge": N_("%(other)s is not merged into %(reference)s."),
    "split_gone": N_("What was kept of %(other)s from before is erased, so they can no longer be taken apart."),
    "split_elsewhere": N_("%(other)s is of a site that is not yours. Ask whoever manages the whole study."),
    "touchpoint_changed_meanwhile": N_(
        "A touchpoint was paused, extended or closed while this list came in, so nobody was added. Bring it in again."
    ),
    "list_merged": N_(
        "Somebody of this list was merged with another person. Take the two apart first, then the list can be taken "
        "back."
    ),
    "stopped_take_up": N_("%(reference)s asked not to be contacted. Record first that they take part again."),
    "act_missing": N_("Choose what is to be done."),
    "act_not_open": N_("The touchpoint has changed meanwhile, so this cannot be done now. Look at how it stands."),
    "days_to_add": N_("“%(written)s” is not a number of days. Write a whole number from %(least)s to %(most)s."),
    "nothing_to_extend": N_("This touchpoint has no last day, so there is nothing to extend."),
    "days_backward": N_("This day is before the one it comes after."),
    "no_list": N_("There is no such list, or it is somebody else’s."),
    "list_gone": N_("The file is no longer kept. Choose it again."),
    "list_void": N_(
        "Somebody was erased who may have been in this list, so it was thrown away. Nobody of it was added. Take them "
        "out of the file and choose it again."
    ),
    "list_moved_on": N_("This list has moved on meanwhile. Look at where it stands now."),
    "list_failed": N_("Something went wrong on our side. Nobody was added; try again."),
    "list_has_faults": N_("There are faults in the list. Mend them in the file and choose it again."),
    "doubles_undecided": N_(
        "Rows that may be people who are there already, and of which nothing is said yet: %(rows)s. Say of each whether"
        " it is the same person."
    ),
    "list_elsewhere": N_(
        "People at sites that you do not manage: %(people)s. Ask a manager of the whole study to take the list back."
    ),
    "added_elsewhere": N_("They were added already, and are at a site by now that you do not manage."),
    "list_answered": N_("%(people)s of these people have begun to answer, so the list can no longer be taken back."),
}
"""What pages may show."""

FOR_OPERATORS: Mapping[str, str] = {
    "po_unreadable": "Line %(line)s of a .po file cannot be read: %(why)s",
    "not_a_demonstration": (
        "This installation is not a demonstration (SURVEYAPP_DEMO is not yes), so none is loaded. Run `make demo` in "
        "a folder of its own."
    ),
    "holds_real_people": (
        "This database holds real people. The demonstration is not loaded into it: point SURVEYAPP_DATABASE_URL at an "
        "empty one."
    ),
    "holds_simulated_people": (
        "This database holds simulated people. The demonstration is not loaded into it: point SURVEYAPP_DATABASE_URL "
        "at an empty one."
    ),
    "not_ready": "%(problem)s It is the database that --database names: set SURVEYAPP_DATABASE_URL to it for that.",
    "asks_nobody": "%(study)s has no touchpoint, so there is nothing to simulate. Give it one in study.yaml.",
    "holds_people": (
        "This database holds %(people)s people who are not simulated, and the two are never mixed. Name an empty one "
        "with --database."
    ),
    "other_cohort": (
        "This database holds another cohort of %(study)s: %(participants)s participants of seed %(seed)s. Ask for that "
        "one to have the rest of it made, or name an empty database with --database."
    ),
    "cohort_there": (
        "The cohort is there already: %(participants)s simulated participants of %(study)s, seed %(seed)s. To make it "
        "anew, name an empty database with --database."
    ),
    "counted_already": (
        "Results of %(study)s are counted in this database already. Name an empty one with --database."
    ),
    "tables_gone": (
        "The simulated participants of %(study)s were in linked tables alone, and those are not in %(folder)s. Set "
        "SURVEYAPP_CACHE to the folder they are in, or simulate the cohort anew into an empty database."
    ),
    "no_place_for_tables": (
        "More than %(most)s participants go into linked tables beside the database, and nothing can be written in "
        "%(folder)s. Set SURVEYAPP_CACHE to a folder that can be written to, and leave it set for reading."
    ),
    "nothing_fits_pattern": (
        "No line was found that fits the pattern of “%(name)s” (%(pattern)s), and the question cannot be left out. "
        "Write the pattern more simply, or let the question be skipped."
    ),
    "links_for_demonstration": "Links for everybody are for the demonstration. A manager gives out real ones.",
    "cohort_version": (
        "%(reference)s answered touchpoint %(touchpoint)s on version %(version)s, but version %(begun)s was open on "
        "that day. Correct the cohort's `openings`."
    ),
    "cohort_answers": (
        "The cohort's answers of %(reference)s at touchpoint %(touchpoint)s do not fit the questionnaire: %(why)s"
    ),
    "gap_in_versions": "The versions of %(name)s have a gap: %(versions)s. Number them from 1.",
    "name_two_versions": ("Name two questionnaires to compare, each with its version: `backfill_1/v1 backfill_2/v1`."),
    "one_version_only": "“%(name)s” has one version only. There is nothing to compare it with.",
    "nothing_asks": "No questionnaire of %(study)s asks “%(variable)s”.",
    "not_a_version": (
        "“%(written)s” is not a version. Write it as `v2`, or with its questionnaire as `backfill_1/v2`."
    ),
    "no_such_version": "“%(name)s” has no version %(version)s in %(study)s.",
    "address_unusable": "“%(email)s” is not an e-mail address. Write one such as name@example.org.",
    "site_without_study": "A site belongs to one study: say which with --study.",
    "copy_is_the_file": "%(path)s is the file of keys itself. Name another place for its copy, best on another disk.",
    "not_a_copy": "%(path)s is not a copy of people's keys, so it is not written over. Name another place.",
    "copy_not_written": "The copy cannot be written to %(path)s: %(why)s. Name another place.",
    "person_keys_lost": (
        "There is no file with people's keys at %(path)s, but the database holds contact details or words that are "
        "sealed with them. Put the file or its copy there, or set SURVEYAPP_PERSON_KEYS to where it is. No new one was "
        "made: it could not open anything."
    ),
    "not_person_keys": (
        "%(path)s is no file of people's keys. Put the file or its copy there, or set SURVEYAPP_PERSON_KEYS to where "
        "it is. If there never was one, take away what lies there, and run `surveyapp migrate`."
    ),
    "contact_keys_wrong": (
        "People's keys are sealed with what SURVEYAPP_CONTACT_KEYS called %(names)s, and nothing it lists opens them: "
        "the key is not in it, or another stands under its name. Put the right one back: nothing else opens contact "
        "details and words."
    ),
    "access_keys_wrong": (
        "SURVEYAPP_ACCESS_KEYS has another key under the name %(names)s than the one that links, codes and PINs rest "
        "on: none of those would open. Put the right one back. If it is lost, list this one under another name, first, "
        "and give out new links."
    ),
    "no_account": "Nobody has an account with the e-mail address %(email)s. `surveyapp users list` shows who has.",
    "no_audit_head": "%(file)s holds no head of the audit chain. `surveyapp audit chain --head FILE` writes one.",
    "audit_head_elsewhere": (
        "%(file)s holds something else than a head of the audit chain, so it is not written over. Name another file."
    ),
    "audit_key_other": (
        "The last link of the audit trail's chain does not fit SURVEYAPP_AUDIT_KEY: it was made with another key, or "
        "the trail was changed. Nothing was chained. Put the key back that it was made with. If this is that key, "
        "`surveyapp audit verify` says what was changed, and `surveyapp audit chain --anyway` goes on after it."
    ),
    "audit_head_unwritable": "The head of the audit chain cannot be written to %(file)s: %(why)s.",
    "no_roles_in_sqlite": (
        "SQLite has no roles: whoever can write to its file can change the trail. `surveyapp audit verify` finds out."
    ),
    "no_database_role": "The database has no role %(role)s. Make it with CREATE ROLE, then try again.",
    "role_owns_all": (
        "%(role)s owns the tables or is a superuser, so that no right can be kept from it. Let another role own them, "
        "run `migrate` as that, and name here the one that the application connects as."
    ),
    "role_of_no_site": "What somebody with the role %(role)s sees is not of one site: give it without --site.",
    "role_of_a_study": "The role %(role)s is of one study: say which.",
    "role_of_all": "The role %(role)s is of the whole installation: write `-` in place of the study.",
    "last_administrator": (
        "%(email)s is the last administrator, and nobody else could hold accounts. Give somebody else the role first: "
        "`surveyapp users grant EMAIL - administrator`."
    ),
    "counts_of_evaluators": "Only an evaluator can be without true counts: leave out --no-true-counts for this role.",
    "role_not_held": "%(email)s has no such role in %(study)s. Their roles: %(roles)s.",
    "last_manager": (
        "%(email)s is the last manager of %(study)s, and nobody else could add people or make releases. Give somebody "
        "else the role first: `surveyapp users grant EMAIL %(study)s manager`. To keep this person out at once, use "
        "`surveyapp users deactivate`."
    ),
    "no_site": "There is no site “%(site)s” in %(study)s. Its sites: %(sites)s.",
}
"""What the command line alone says, in English."""


class Sentence(str):
    """A sentence in English that knows its code, and what it is made of: text, numbers, days, members of enums, lists
    of these, other sentences."""

    __slots__ = ("code", "params")
    code: str
    params: Mapping[str, object]

    def __new__(cls, code: str, params: Mapping[str, object]) -> Sentence:
        template = SENTENCES[code] if code in SENTENCES else FOR_OPERATORS[code]
        made = super().__new__(cls, template % {name: in_english(value) for name, value in params.items()})
        made.code = code
        made.params = params
        return made

    def in_words(self, translate: Callable[[str], str], written: Callable[[object], str]) -> str:
        """The sentence by its translation. `written`: how the reader's language writes what it is made of."""
        template = SENTENCES.get(self.code) or FOR_OPERATORS[self.code]
        return translate(template) % {name: written(value) for name, value in self.params.items()}


def say(code: str, /, **params: object) -> Sentence:
    """A sentence of the catalogue. Raises KeyError for a code or a placeholder that there is not."""
    return Sentence(code, params)


def with_hint(first: Sentence, second: Sentence | None) -> Sentence:
    """A sentence and, where there is one, another after it."""
    return first if second is None else say("both", first=first, second=second)


def in_english(value: object) -> str:
    """How English writes what a sentence is made of."""
    match value:
        case enum.Enum():
            return str(value.value).replace("_", " ")
        case bool() | str():
            return str(value)
        case int():
            return f"{value:,}"
        case dt.date():
            return value.isoformat()
        case list() | tuple():
            return ", ".join(in_english(each) for each in value)
        case _:
            return str(value)
