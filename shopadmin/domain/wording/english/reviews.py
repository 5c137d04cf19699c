"""English reviews: what they are called, praise, and how one is written, changed and thanked for."""

from shopadmin.domain.wording.english.reading import either

_LINK = (
    r"(?:[ -]{1,2}(?!(?:after|since|because|thanks|due|following|based|by|with|so|we|i|and|but|when|if|as|about|in|"
    r"on|"
    r"at|for|nothing|or|from|not|never|until)\b)[\w']+)"
)
# Not the noise of a loudspeaker, and not the line on a form.
_FEEDBACK = r"feedbacks?(?! (?:from (?:the|your) (?:speaker|microphone|mic|dog|cat|sensor|motor|amp)|loop|noise|whine))"
_COMMENT = (
    r"comments?(?! (?:from|on|in|to|for|field|box) (?:the |your |our )?(?:\w+ )?(?:customs|form|order|invoice|"
    r"parcel|label|"
    r"delivery|shipping|return|courier|gift|tag|card|cake|engraving|slip|checkout))"
)
NOUN = (
    r"(?:reviews?(?! the (?!item|product|shop|seller|store|purchase|order))|"
    rf"{_FEEDBACK}|ratings?|{_COMMENT}|"
    r"(?:write|writes|wrote|writing|post|posts|say|says) (?:such|these) things|complain(?:s|ed|ing)? (?:in public|"
    r"publicly|online)|(?:this|that|your) (?:entry|statement|post(?! ?code))|"
    r"[1-5]star|stars|testimonials?|remarks?|(?:your|ur|bad|negative|that|public)"
    r" (?:post|words?|opinion|write-?up|mark|one)|scores?|complaints?|negatives?|(?:what|the words|everything|"
    r"anything|things?) (?:that )?you(?:'ve| have)? (?:wrote|written|said|posted)|(?:something|anything) (?:bad|"
    r"negative|nasty|untrue)|"
    r"trustpilot|google (?:entry|post))\b"
)
GOOD = (
    r"(?:good|great|nice|positive|excellent|perfect|top|best|glowing|lovely|kind|amazing|awesome|happy|favou?rable|"
    r"high|higher|highest|better|full|maximum|rave|super|warm|sweet|wonderful|fantastic|brilliant|flattering|stellar|"
    r"honou?rable|cleaned-?up|shining|solid|decent|outstanding|splendid|cheerful|friendly|five|beautiful|generous|"
    r"pretty|fab|kinder|nicer|fairer|happier|softer|warmer|milder|gentler|improved|updated|revised|corrected|"
    r"amended|stunning|impressive)"
)
OPINION = (
    rf"(?:reviews?|{_FEEDBACK}|ratings?|{_COMMENT}|score|marks(?! (?:for|in|at) school)|words?|testimonials?|"
    r"write-?up|rate|opinion|star rating)"
)
PRAISE = either(
    rf"{GOOD} (?:captions?|sentences?|lines|story|paragraph)\b",
    r"(?:new|better|fresh) (?:rating|review|stars?|feedback|score) (?:for us|from you)",
    r"(?:tell|let) (?:google|the internet|amazon|trustpilot|yelp|facebook|your friends|instagram|tiktok)\b",
    r"stars for (?:coupons?|cash|money|gifts?|envelopes?|rewards?|dollars?)",
    r"5star|(?:your|ur|more|extra|full|in) stars\b|the stars (?:go|are|rise|come|move|jump|back|up|to)",
    r"(?:comment|review|rate|write|speak|post|answer)\w{0,4} (?:\w+ ){0,2}?(?:positively|favou?rably|kindly|highly|"
    r"well of)|(?:a )?(?:happy|good|kind|nice) one from you",
    rf"{GOOD}(?:[ ,-]{{1,2}}(?:and|or|\w{{2,12}})){{0,2}}?[ -]{{1,2}}{OPINION}\b",
    r"(?:top|highest|best|well|highly|happily)[ -]rated|rated? (?:us|me|it|this)? ?(?:top|highly|best|well|perfect)",
    r"\bprais(?:e|es|ed|ing)\b|thumbs?[ -]up|compliments? (?:us|online|our)|\b5 in all (?:categories|fields)",
    r"(?:say|saying|write|writing|post|posting|share|sharing|tell)\w*(?: \w+){0,3} (?:nice|good|kind|great|lovely|"
    r"positive|sweet)(?: \w+)?"
    r" (?:about|of|on|online|word|things?)",
    r"something (?:nice|good|kind|positive|sweet|lovely)|(?:nice|kind|lovely) things|good things about",
    r"(?:put in|drop|leave|spread|have) (?:a |the |us a )?(?:good|kind|nice) word",
    r"recommend us|say (?:\w+ ){0,3}?(?:you )?(?:love|like|adore|enjoy)(?:d)?\b|(?:lots|loads|plenty|bunch|"
    r"full set|rain|sky) of stars|(?:all|full) (?:five|5)\b(?! (?:days|pieces|of|colou?rs|sizes))|shout-?out|"
    r"brag about us|sing our praises|(?:all|every) (?:the )?stars? (?:lit|filled|on)|"
    r"love us online",
)
_VERB = (
    r"(?:chang|edit|updat|revis|amend|modif|remov|delet|eras|withdraw|withdrew|retract|upgrad|rais|bump|improv|swap|"
    r"turn|switch|convert|reconsider|rethink|adjust|correct|rewrit|rewrote|redo|redone|undo|hid|unpublish|drop|wip|"
    r"scrub|flip|"
    r"clean|clear|pull|lift|boost|increas|fix|revers|revisit|alter|tweak|bring|transform|soften|tone|amelior|"
    r"rectif|polish|reword|rework|unpost|scrap|bin|trash|kill|vanish|discard|cancel|tidy|reset|re-?do|set|"
    r"get rid of|mov|"
    r"replac|overwrit|shift|make|making|forget|forgett|lose|losing|revok|nuk|purg|expung|unwrit)"
    r"(?:e|es|ed|d|ing|s|n|y|ied|ies|ten|ting|ping|ped|te|ged|ging|ged|ication|al|ion)?\b"
)
_GONE = (
    r"(?:changed|removed|deleted|gone|down|updated|edited|revised|amended|modified|withdrawn|retracted|improved|"
    r"corrected|cleared|cleaned|erased|offline|taken|fixed|raised|upgraded|adjusted|hidden|pulled|rewritten|wiped|"
    r"changes|disappears?|disappeared|vanish\w*|goes|comes (?:down|off)|off|away|reconsidered|up to 5star|5star|"
    r"dropped|replaced|swapped|turned|dealt with|sorted|out of the way|better)\b"
)
CHANGE = either(
    rf"{NOUN} (?:that |which )?you (?:take|pull|remove|delete|edit|change|withdraw|erase|revise)\b",
    rf"{NOUN} (?:\w+ ){{0,2}}?(?:becomes?|turns?|went|goes|is|at|hits?|reach(?:es)?) (?:into |to |up to |a |"
    r"full )?(?:[2-5]star|five|5\b|four|positive)",
    r"(?:delet|remov|eras|withdraw|edit|revis|tak)(?:e|es|ed|ing|en|n)? (?:down )?the post\b(?! ?code)",
    rf"(?:forget|lose|ditch|drop) about (?:\w+ ){{1,3}}?{NOUN}|{NOUN} (?:\w+ )?(?:weren't|wasn't|isn't|were not|"
    r"was not|is not) (?:there|online|up|visible|public)",
    rf"{NOUN}(?: \w+){{0,2}} (?:has to|must|should|needs to|have to|need to|is to|can|could) (?:go|leave|die|end|"
    r"change|improve|come down|disappear|rise|be (?:changed|"
    r"removed|deleted|edited|updated|gone|revised|taken down|positive|better|corrected|5star))\b",
    rf"{NOUN} (?:has |have )?(?:turn|becom|look|read|climb|com|gone|mov|swing|shift)(?:e|s|es|ed|"
    r"ing)? (?:\w+ )?(?:positive|better|nicer|good|green|higher|up|friendlier|kinder)",
    r"(?:chang|bump|rais|push|lift|upgrad|mov|bring|put|get|set|tak|switch|kick)(?:e|es|ing|ting)? (?:us|me|"
    r"our \w+) (?:\w+ )?(?:up )?(?:to|from) (?:a |an )?"
    r"(?:[1-5]star|5|five|4|four|ten|positive)\b",
    # What is meant goes without saying: "you delete, we pay", "no edit, no refund".
    r"\b(?:you|u|please|kindly|just|first) (?:delete|remove|edit|erase|revise|withdraw|amend|take (?:it|that) down)"
    r"(?=[ ,;:.]{1,3}(?:and |then |& |= |-> )?(?:we|i|we'll|i'll|you|you'll|we'd|money|cash|get)\b)",
    r"\bno (?:edit|removal|deletion|change|update|revision|correction|5star|stars?|review|praise)s?(?:[ ,:=-]|is |"
    r"means )+no\b",
    r"(?:revision|removal|change|edit|deletion|update|correction) request(?= |[.,!])|"
    rf"(?:request|ask|wish|plea) to (?:revise|remove|change|edit|delete|update|withdraw)(?: \w+){{0,3}} {NOUN}",
    rf"\b{NOUN} (?:down|off|out|away|gone|deleted|removed|edited|changed|updated)\b",
    rf"{NOUN}(?: \w+){{0,2}} (?:disappear|vanish|go away|come down|go down|go offline)(?:s|ed|ing)?\b|"
    rf"(?:say|wave) goodbye to (?:\w+ ){{0,3}}{NOUN}",
    rf"(?:work|act|do something|help us|help me)(?: \w+){{0,3}} (?:on|about|with) (?:\w+ ){{0,3}}{NOUN}",
    rf"{NOUN} (?:will |would |could |should |might |can )?(?:improves?|rises?|goes up|go up|increases?|recovers?|"
    r"climbs?)\b",
    r"(?:add|give|put|drop)(?:ing)?(?: \w+){0,3} (?:a|one|another|an extra|two|two more|more|few more) stars?\b",
    r"the post (?:is|gets?|has been|was) (?:taken (?:down|offline)|removed|deleted|gone|offline)",
    rf"\b{_VERB}(?:{_LINK}){{0,5}}?[ -]{{1,2}}{NOUN}",
    rf"\b{NOUN}(?: (?:is|are|was|were|be|been|being|has|have|had|gets?|got|to|will|must|should|that|which|now|fully|"
    rf"finally|it|you|all|successfully|simply|just|quietly|completely)){{0,4}} {_GONE}",
    r"(?:tak(?:e|es|ing|en)|took|put|puts|putting|get|gets|getting|bring|brought|"
    rf"have)(?:{_LINK}){{0,5}}?[ -]{{1,2}}{NOUN}"
    r"(?: \w+){0,2} (?:down|off|away|back|up|removed|out)",
    r"(?:tak(?:e|es|ing|en)|took|put|puts|putting|get|gets|getting) (?:down|off|away|back|up|"
    rf"rid of) (?:\w+ ){{0,4}}?{NOUN}",
    rf"{NOUN}(?: \w+){{0,4}} (?:removal|change|update|deletion|edit|revision|amendment|upgrade)s?\b",
    r"(?:removal|change|update|deletion|editing|revision|amendment|edit|withdrawal) (?:of|"
    rf"to) (?:\w+ ){{0,3}}?{NOUN}",
    r"(?:chang|mak|set|put|turn|rais|mov|bump|bring|push|get)(?:e|ing|ting)? (?:it|that|this|them)(?: \w+)? (?:to |"
    r"into )?(?:a )?(?:5|five|4|four)\b(?! (?:days|weeks|months|pieces|o'clock|pm|percent))",
    r"from (?:an? |your )?(?:bad|negative|poor|low|1star|angry) \w+ to\b",
    r"[1-4]star(?: \w+){0,3} (?:to|into|for|=|->|>|become|becomes) (?:\w+ ){0,2}?(?:[2-5]star|five|5\b)",
    r"(?:remove|delete|edit|erase|withdraw) (?:this|that|it|what)\b(?! (?:line|box|file|app|cover|part|film|label|"
    r"sticker|item|step))",
    r"(?:reconsider|rethink|second thoughts?|change of heart|revise your view)",
    r"tak(?:e|ing) (?:this|that|it) (?:down|off|back)\b",
)
# Where a review was named before.
CHANGE_IT = either(
    r"(?:chang|soften|sway|alter)(?:e|es|ing)? your (?:mind|view|opinion|tune|verdict|heart)",
    r"(?:have|get|see|make|want|need|getting|having|seeing) (?:it|this|that|them) (?:\w+ )?(?:removed|deleted|"
    r"gone|changed|"
    r"taken (?:down|off)|edited|revised|go away|disappear|vanish|withdrawn|raised|positive|nicer)\b",
    r"\b(?:its|their) (?:removal|deletion|withdrawal|revision|correction|disappearance|absence|change|update)\b|"
    r"(?:for|after|upon|on|following) (?:the )?(?:removal|deletion|withdrawal|revision|correction|removing|deleting|"
    r"editing|revising|withdrawing|updating)\b",
    r"(?:remov|delet|edit|eras|withdraw|revis|amend|rais|rewrit|bump|retract)(?:e|es|ing|ed|d|s)? (?:it|this|that|"
    r"them|yours)\b|"
    r"you (?:could |can |would |will |might |please |kindly |just )?(?:chang|updat|fix|correct|adjust|improv|hid|"
    r"lift|upgrad)(?:e|es|ed)? (?:it|this|that|yours)\b",
    r"tak(?:e|ing|en) (?:it|this|that|them) (?:down|off|back|away)|(?:it|this|that) (?:is|has been|gets?|was|"
    r"'s) (?:gone|"
    r"removed|deleted|changed|taken down|edited|revised|withdrawn)|(?:it|this|that) (?:disappears|"
    r"goes away|goes|vanishes|comes down)\b",
    r"(?:to|into|up to|=|->) (?:a )?(?:positive|five|5|four|4|something (?:nicer|better|kinder))\b(?! (?:days|"
    r"weeks|months|working|business|pm|am|pieces|o'clock|percent|hours))",
)
WRITE = either(
    r"(?:writ|say|post|mention|stat|not|confirm)(?:e|es|ing)? (?:\w+ ){0,2}?(?:that )?you(?:'re| are|"
    r" were)? (?:\w+ )?(?:satisfied|happy|pleased|content|delighted|impressed|glad|thrilled)\b",
    r"(?:writ|say|post|mention|add|stat|not|confirm)(?:e|es|ing)? (?:\w+ ){0,2}?that (?:the|your|our|we|it|all|"
    r"everything)(?: \w+){0,3} (?:solved|resolved|fixed|helped|"
    r"good|great|happy|satisfied|excellent|friendly|fast|perfect|fine|quick)\b",
    r"(?:typ|writ|pen|jot|put|say|post|shar|drop|leav)\w{0,4}(?: \w+){0,4} (?:sentences?|lines?|words|paragraphs?|note|"
    r"story|stories) (?:about|on|for|of|praising|in)\b",
    r"(?:post|tweet|blog|writ|talk|rav|shar|gush|speak)\w{0,4}(?: \w+){0,2} (?:about|on|of) (?:us|our|it|"
    r"your (?:purchase|"
    r"experience|order|item)|the (?:product|shop|item|seller|store))\b|(?:say|tell|shout) (?:so|it|"
    r"that) (?:publicly|online|"
    r"in public|out loud|on the|to the)|spread (?:the |some |your )?(?:word|love)|shar(?:e|ing) (?:the|your|"
    r"some) (?:love|"
    r"joy|happiness|happy|excitement|delight|story|experience)|tell (?:the )?(?:internet|web|world)",
    r"\brat(?:e|es|ed|ing) (?:us |it |me )?(?:below|under|above|over|at least|less|more|[1-5]\b(?! ?(?:a|v|w|amp|"
    r"kg|bar)\b))|"
    r"\b(?:bad|good|low|high|happy|unhappy|negative|positive) (?:raters?|reviewers?)",
    r"\b(?:leav|left|mention|quot|writ|wrote|post|shar|giv|gave|drop|submit|put|add|upload|publish|send|sent|"
    r"record|type|"
    r"typing|make|do|film|pop|provid|complet|score|mark)"
    rf"(?:e|es|ed|d|ing|s|ting|ten|n|ping)?(?:{_LINK}){{0,5}}?[ -]{{1,2}}{NOUN}",
    r"\b(?:rate|rates|rated|rating) (?:us|me|it|our|your|this (?:shop|item|product|order|seller|purchase)|them|him|"
    r"her|the (?:shop|seller|store|product|item|purchase))\b",
    r"\breview(?:s|ed|ing)? (?:us|our (?!lease|contract|terms|books|options|process)|it|your (?!orders? (?:before|"
    r"and check|carefully|details|summary)|address|"
    r"details|cart|basket|invoice|payment|return|design|draft|settings|data|bill|photos?|claim|case|account|request|"
    r"application|answers|message|documents?)|this (?:shop|item|product|order|purchase)|them|him|the (?:shop|"
    r"seller|store|product|item|purchase))\b|\breview, |\breview and (?:get|win|save|earn|take)\b",
    r"\breviewers?\b(?!')|\braters?\b|\breviewing\b(?! (?:your|the|this|our|all|each|it))",
    r"\b(?:video|photo|picture|written|text|honest|quick|short|verified|first) reviews?\b",
    r"(?:mark|score|grade) us\b|screenshot it\b|tell (?:the world|everyone|others|people|"
    r"other buyers) (?:how|that|about|what)",
    r"(?:for|against|=|->|→|in return for|in exchange for|per|each|every)(?: (?:an?|your|the|honest|quick|short|"
    rf"this|that|photo|video|few|of|kind|new|one)){{0,3}} {NOUN}",
    r"^ ?(?:reviews?|feedback|ratings?|5star)\b",
    rf"(?:talk|speak|discuss|chat|think|do something)(?: \w+)? (?:about|over|on) (?:[\w']+ ){{0,3}}?{NOUN}",
    r"give us (?:a |an |all )?(?:five|5|ten|10|high)\b|help us with (?:the|your) (?:stars?|rating|score)",
    r"(?:your|a|new|honest|buyer|customer) (?:reviews?|feedbacks?|ratings?|5star)(?! (?:was|were|about|of|said|"
    r"mentioned|"
    r"from|helped|hit|made|told|showed|pointed|touched|stung|hurt|that)\b)",
)
THANKED = either(
    r"(?<!would )(?<!would be )(?<!'d )(?<!'d be )(?<!'d really )(?:thank(?!-?you (?:gift|coupon|card))|thanks|thx|"
    r"grateful|appreciate|glad|happy|sorry|apolog\w+|cheers|"
    r"read|saw|seen|noticed|received)\b"
    r"(?: (?!if\b|once\b|when\b|get\b|we\b|us\b|you'll\b|will\b|remov|delet|chang|edit|updat|"
    rf"revis)[\w']+){{0,6}}? (?:{NOUN}|5star|{OPINION}\b|praise)",
)
