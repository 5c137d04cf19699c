"""English reviews: what they are called, praise, and how one is written, changed and thanked for."""

from shopadmin.domain.wording.english.reading import either

_LINK = (
    r"(?:[ -]{1,2}(?!(?:after|since|because|thanks|due|following|based|by|with|so|we|i|and|but|when|if|as|about|in|"
    r"on|"
    r"at|for|nothing|or|from|not|never|until)\b)[\w']+)"
)
NOUN = (
    r"(?:reviews?(?! the (?!item|product|shop|seller|store|purchase|order))|feedbacks?|ratings?|comments?|"
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
    r"(?:reviews?|feedbacks?|ratings?|comments?|score|marks|words?|testimonials?|write-?up|rate|opinion|star rating)"
)
PRAISE = either(
    r"stars for (?:coupons?|cash|money|gifts?|envelopes?|rewards?|dollars?)",
    r"5star|(?:your|ur|more|extra|full|in) stars\b|the stars (?:go|are|rise|come|move|jump|back|up|to)",
    r"(?:comment|review|rate|write|speak|post|answer)\w{0,4} (?:\w+ ){0,2}?(?:positively|favou?rably|kindly|highly|"
    r"well of)|(?:a )?(?:happy|good|kind|nice) one from you",
    rf"{GOOD}(?:[ ,-]{{1,2}}(?:and|or|\w{{2,12}})){{0,2}}?[ -]{{1,2}}{OPINION}\b",
    r"(?:top|highest|best|well|highly|happily)[ -]rated|rated? (?:us|me|it|this)? ?(?:top|highly|best|well|perfect)",
    r"\bprais(?:e|es|ed|ing)\b|thumbs? up|compliments? (?:us|online|our)|\b5 in all (?:categories|fields)",
    r"(?:say|saying|write|writing|post|posting|share|sharing|tell)\w*(?: \w+){0,3} (?:nice|good|kind|great|lovely|"
    r"positive|sweet)(?: \w+)?"
    r" (?:about|of|on|online|word|things?)",
    r"something (?:nice|good|kind|positive|sweet|lovely)|(?:nice|kind|lovely) things|good things about",
    r"(?:put in|drop|leave|spread|have) (?:a |the |us a )?(?:good|kind|nice) word",
    r"recommend us|shout-?out|brag about us|sing our praises|(?:all|every) (?:the )?stars? (?:lit|filled|on)|"
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
WRITE = either(
    r"\b(?:leav|left|mention|quot|writ|wrote|post|shar|giv|gave|drop|submit|put|add|upload|publish|send|sent|"
    r"record|type|"
    r"typing|make|do|film|pop|provid|complet|score|mark)"
    rf"(?:e|es|ed|d|ing|s|ting|ten|n|ping)?(?:{_LINK}){{0,5}}?[ -]{{1,2}}{NOUN}",
    r"\b(?:rate|rates|rated|rating) (?:us|me|it|our|your|this (?:shop|item|product|order|seller|purchase)|them|him|"
    r"her|the (?:shop|seller|store|product|item|purchase))\b",
    r"\breview(?:s|ed|ing)? (?:us|our|it|your|this (?:shop|item|product|order|purchase)|them|him|the (?:shop|"
    r"seller|store|product|item|purchase))\b|\breview, |\breview and (?:get|win|save|earn|take)\b",
    r"\breviewers?\b(?!')|\braters?\b|\breviewing\b",
    r"\b(?:video|photo|picture|written|text|honest|quick|short|verified|first) reviews?\b",
    r"(?:mark|score|grade) us\b|screenshot it\b|tell (?:the world|everyone|others|people|"
    r"other buyers) (?:how|that|about|what)",
    r"(?:for|against|=|->|→|in return for|in exchange for|per|each|every)(?: (?:an?|your|the|honest|quick|short|"
    rf"this|that|photo|video|few|of|kind|new|one)){{0,3}} {NOUN}",
    r"^ ?(?:reviews?|feedback|ratings?|5star)\b",
    rf"(?:talk|speak|discuss|chat|think|do something)(?: \w+)? (?:about|over|on) (?:[\w']+ ){{0,3}}?{NOUN}",
    r"give us (?:a |an |all )?(?:five|5|ten|10|high)\b|help us with (?:the|your) (?:stars?|rating|score)",
    r"(?:your|a|new|honest|buyer|customer) (?:reviews?|feedbacks?|ratings?|5star)",
)
THANKED = either(
    r"(?<!would )(?<!would be )(?<!'d )(?<!'d be )(?<!'d really )(?:thank(?!-?you (?:gift|coupon|card))|thanks|thx|"
    r"grateful|appreciate|glad|happy|sorry|apolog\w+|cheers|"
    r"read|saw|seen|noticed|received)\b"
    r"(?: (?!if\b|once\b|when\b|get\b|we\b|us\b|you'll\b|will\b|remov|delet|chang|edit|updat|"
    rf"revis)[\w']+){{0,6}}? (?:{NOUN}|5star|{OPINION}\b|praise)",
)
