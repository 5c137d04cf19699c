"""English offers: what buyers are promised, and the words that keep it apart from reviews."""

from shopadmin.domain.wording.english.reading import either
from shopadmin.domain.wording.english.reviews import NOUN

_MONEY = (
    r"(?:(?:us|au|ca|hk)?[$€£¥] ?\d[\d,.]*|\d[\d.,]* ?(?:usd|eur|gbp|cad|aud|rmb|cny|euros?|dollars?|bucks?|"
    r"pounds?|quid|yuan|cents?|[$€£¥])(?!\w)|"
    r"\d+ ?(?:%|percent|per cent)|\b\d+ (?:off|back)\b|(?:five|ten|twenty|thirty|fifty|hundred|few|couple of|"
    r"some) (?:bucks|dollars|euros|pounds|quid))"
)
INCENTIVE = either(
    _MONEY,
    r"forget (?:about )?(?:the|your) (?:\w+ )?(?:charge|bill|fee|invoice|cost)|for you(?= and\b|$|[.,;!])|(?:get|"
    r"have) (?:your|the|his|her) (?:\w+ )?back|deposit|bracelet|"
    r"(?:early bird|insider|member|staff|wholesale|reduced|lower) (?:prices?|rates?)|be (?:very |"
    r"really )?generous|show (?:you )?our (?:thanks|generosity)|\d+ off (?:your|the) (?:bill|order|next|invoice)|"
    r"whole amount|(?:send|give|offer|gift|mail|"
    r"promise) (?:you )?(?:a|an|one|some|our) (?:\w+ )?(?:box|pack|bag|bottle|set|pair|case|cover|toaster|mug|cup|"
    r"case|charger|cable|hat|scarf|book|treat|jar|tin|sample)\b|promise (?:you )?(?:a|an) new|"
    r"(?:return|refund|give back|send back|pay back)(?:ing)? (?:\w+ ){0,3}?(?:price|amount|sum|cost|payment|half|"
    r"everything)\b|costs? (?:you )?(?:nothing|zero)|"
    r"(?:mail|ship|send|give|bring|deliver|gift|hand|get|buy)(?:ing)? (?:you|ya|u) (?:\w+ )?(?:a|an|another|one|"
    r"some|two|our|any|extra|the)\b(?! "
    r"(?:\w+ ){0,2}(?:link|label|links|photo|picture|email|mail|reminder|message|note|copy|invoice|receipt|form|"
    r"survey|manual|instructions|steps|tracking|"
    r"number|update|reply|answer|list|call|confirmation|notice|details|form|guide|request|invitation|review|right|"
    r"wrong|parcel|video|drawing))|"
    r"favou?r with|transfer|agreed (?:sum|amount)|giv(?:e|ing) away|hand(?:ing)? out|[$€£](?= ?(?:back|is|for|to|"
    r"off|in|now)\b)|(?:good|better|special|best|friendly|lower) price|with the price|\bbills?\b|(?:cancel|drop|"
    r"wipe|forget|tear up) (?:the|your) (?:invoice|debt|"
    r"balance|charges?|fees?)|how much (?:would|do|will|should) (?:you|we|i) (?:want|need|ask|take|charge|expect|"
    r"owe|pay|give|offer|like)|how much (?:for|to)\b|"
    r"name (?:your|a|the) (?:price|figure|sum|amount)|what(?:'s| is) your price|[$€£]{2,}|(?:we|i|we'll|i'll|"
    r"we will|i will|we'd|i'd|we can|i can) (?:gladly |happily |also |then |even )?(?:pay|refund|"
    r"reimburse|compensate|tip|reward|treat|spoil|sponsor|venmo|paypal)\b",
    r"(?:spare|missing|replacement|extra|new) (?:parts?|screws?|pieces?|cable|charger|lid|unit|item|pair|set|one|"
    r"bag|box|bottle)\b",
    r"(?:delivery|shipping|postage) (?:fee |cost |charge )?(?:returned|refunded|covered|paid|waived|back)|"
    r"knock(?:ed|ing)? "
    r"(?:\w+ ){0,4}off|\btip\b|allowance|hamper|voucher|e-?gift|gift ?cards?|store money|pocket money|"
    r"compensation|kickback|"
    r"bribe|stipend|wallet|balance|cashout|payday|cheque|check in the mail|bank (?:details|account|transfer)|"
    r"iban|your (?:paypal|venmo|zelle|cash ?app)|top[- ]?up|airtime|lifetime (?:\w+ )?(?:support|service|care)|next "
    r"(?:\w+ ){0,3}(?:free|on us|is free|half price)|half price|price (?:cut|drop|match)",
    r"\b(?:refund|rebat|reimburs|compensat|reward|remunerat|recompens)\w{0,6}\b",
    r"\b(?:cash|cashback|money|paypal|venmo|zelle|cashapp|bucks|wire|payout|payment|pay(?:s|ing)? (?:for|you|back|"
    r"out)|paid|"
    r"commission|credit|credits|gift|gifts|gifted|giftcards?|"
    r"present|presents|vouchers?|coupons?|codes?|promo|discounts?|discounted|freebies?|bonus|bonuses|prizes?|"
    r"giveaways?|raffle|sweepstakes?|lottery|"
    r"gratis|lucky (?:draw|ticket|dip)|draw|tickets?|points|treats?|envelopes?|goodies|goodie|perks?|surprise|swag|"
    r"earn|earns|win|wins|save|"
    r"saving|savings|tokens? of|sweetener|incentive|thank-?you (?:note|card|coupon|gift)|half (?:off|back|"
    r"the price)|extra|upgrade|premium)\b",
    r"(?<!feel )(?<!feeling )free\b(?! to\b)|free of charge|no (?:cost|charge)|without charge|"
    r"complimentary|on (?:us|the house)\b|"
    r"at our (?:expense|cost)|(?:our|my) (?:expense|treat)|for nothing",
    r"(?:we'll|we will|i'll|i will|we'd|i'd|we|i|let me|gladly|happily) (?:\w+ )?(?:add|include|throw in|slip in|"
    r"toss in|put in|pack)\b|brand new|"
    r"\bwaiv\w{0,4}\b|\b(?:replacements?|resend|reship|re-?ship)\b|send (?:you |out |over )?(?:an? |the )?(?:new|"
    r"another|second|brand new|fresh) \w+|"
    r"\b(?:a|another|second) new (?:one|pair|set|item|unit)|replace (?:it|the|your)|\bsend new\b|new one\b|"
    r"another one\b|\bexchange\b(?! rate)",
    r"(?:extended |extra |free |longer )warranty|\bwarranty\b|shipping (?:fee|cost|costs|charge|back)|"
    r"return (?:freight|postage|label|shipping)|postage|freight",
    r"(?:a little|little|small|nice) (?:something|extra|thank)|something (?:nice |special |small |"
    r"extra )?(?:for you|in it|in return|extra|from us)|"
    r"make it (?:up to you|worth)|worth your (?:while|time)|won't regret|return the favou?r|show our (?:gratitude|"
    r"appreciation)|look after you|help you with the|cover (?:the|your|all|both)|half (?:of )?(?:the|your)|"
    r"(?:return|give back|hand back|send back) (?:you |half |the |your )*(?:delivery|shipping|postage|fee|charge|"
    r"price|half)|(?:delivery|shipping) (?:charge|fee|back)|send (?:you )?(?:another|a second|a spare)|"
    r"tiny thank-?you|a thank-?you\b|"
    r"take care of you|say(?:s)? thank(?:s| you) with|make you (?:happy|smile)|sort you out|you scratch|"
    r"what'?s in it|"
    r"(?:we have|got|have) a deal|\bdeal\b|our side of|as (?:an? )?(?:promised|agreed)|beer money|(?:is|are|"
    r"be) yours\b(?! alone)|on me\b|(?:dinner|lunch|coffee|drinks?|pizza) (?:is|are|for you)|can pick|"
    r"would be on (?:its|the) way|(?:is|are) waiting for you|"
    r"a new \w+ is on|what would it take|buy you|coffee on|dinner on|store credit|on the side|"
    r"keep (?:the|both|it) (?:\w+ )?(?:for free|anyway|as well)|no (?:need to )?return (?:it|the|needed)|"
    r"repair(?:ed)? (?:it )?(?:at|for)|speed up|priority|vip|"
    r"early access|membership|pick any|choose any|of your choice|double|unlock\w{0,3}",
)
GENEROUS = either(
    r"\b(?:cashback|gift|gifts|rewards?|vouchers?|coupons?|codes?|bonus|prizes?|giveaways?|raffle|draw|points|"
    r"envelopes?|free|discounts?|surprise|"
    r"treats?|present|freebies?|credit|cash|paypal|win|earn|earns)\b",
    rf"(?:send|sent|give|gave|get|transfer|pay|paid|earn|here(?: is|'s)) (?:\w+ ){{0,3}}?{_MONEY}",
)
# Given after thanks for a review.
PROMISED = either(
    r"(?:like|love|want|wish|going) to (?:send|give|offer|gift|mail) (?:you )?(?:a|an|our|some|one|the|"
    r"two)\b(?! (?:\w+ )?(?:link|email|replacement|new|label|refund|apology|message))",
    r"(?:contact|message|write to|dm|email|mail|ask|text) us (?:to (?:receive|claim|get|collect)|for) (?:your|the|"
    r"a|an) (?:\w+ ){0,2}?(?:free|gift|sample|voucher|coupon|cash|reward|"
    r"bonus|present|discount|code|surprise|treat|points)",
    r"(?:promised|agreed|announced) (?:[\w$€£.]+ ){0,3}?(?:is|are|was|were|has|have|will)\b",
    rf"{_MONEY} (?:was|were|is|are|has been|have been) (?:sent|paid|credited|on|transferred|added)",
    r"(?:\d+ ?%|[$€£] ?\d+)(?: off)? (?:code|coupon|voucher|off|discount|credit)|(?:code|coupon|"
    r"voucher)(?: \w+){0,2} (?:for|on) (?:your|the) next",
    r"(?:your|the|a|our|this) (?:\w+ ){0,3}?(?:gift|card|voucher|coupon|cashback|reward|bonus|envelope|rebate|"
    r"present|surprise|"
    r"treat|points|prize|freebie|store credit)s?(?: card| code)? (?:is|are|has|have|will|comes|goes|awaits|was|"
    r"were) (?:\w+ ){0,3}?"
    r"(?:in your|on (?:its|the|their) way|waiting|sent|ready|added|credited|paid|arrive|mailed|with you|yours|"
    r"attached|below|"
    r"follow|out)\b|(?:we|i)(?:'ve| have|'ll| will)? (?:also |just |already )?(?:sen[dt]|add(?:ed)?|credit(?:ed)?|"
    r"popped|put|"
    r"mail(?:ed)?|transfer(?:red)?) (?:you )?(?:\w+ ){0,3}?(?:gift|voucher|coupon|cashback|reward|bonus|points|"
    r"\d+ ?(?:off|%))|(?:enjoy|"
    r"claim|collect|pick up|here(?:'s| is|'re| are)) (?:your|a|the) (?:\w+ ){0,2}?(?:gift|voucher|coupon|cashback|"
    r"reward|bonus|"
    r"envelope|points|discount|prize|credit)",
)
# What takes the offer out of a pair: independence, refusal, and the buyer told not to.
# Money and review kept apart: takes the threat out of a condition, and the offer out of a pair.
INDEPENDENT = either(
    r"regardless|\bwhatever (?:you|your|the|is|stars?|rating)|no matter|either way|whether(?: or not)? (?:you|"
    r"or not|your|a|it|people)|\bany ?way\b|irrespective|"
    r"independent|unrelated|nothing to do with|no strings|no bearing|in any case|come what may|\bor not\b|"
    r"whichever|however you|even if you|only if you (?:want|like|wish|feel|care|please)|no (?:influence|effect|"
    r"impact|connection|link|difference|relation)|"
    r"not (?:an? )?condition|without (?:any )?(?:conditions?|obligation)|nothing (?:is )?(?:expected|asked|wanted|"
    r"required)",
    r"(?:not|n't|never|no longer|nor|un)[ -]?(?:\w+ ){0,3}?(?:depend|tied|linked|connected|conditional|related|"
    r"affect|influence|attached|hinge|based on|require|"
    r"a condition|change anything|subject to)\w{0,3}",
    r"no (?:reviews?|rating|feedback|5star) (?:is )?(?:needed|required|necessary|asked)|we keep (?:reviews|"
    r"ratings) and (?:\w+ )?apart|are separate|two separate|different things|separately|is separate|"
    r"(?:isn't|not) (?:a |an )?(?:trade|deal|bribe|bargain|exchange)\b|(?:may|can|could|free to|"
    r"welcome to)(?: \w+){0,8} if you (?:like|wish|want|feel|please|care)|"
    r"\bno (?:penalty|drawback|disadvantage|harm|punishment|downside)|no (?:gift|reward|discount|bonus|coupon|"
    r"voucher|money|payment|prize)s? for (?:an? )?(?:\w+ )?(?:reviews?|ratings?|feedback|stars|5star|comments?)|"
    r"(?:(?:will|do|would|does|can) (?:not|never)|won't|never|don't|wouldn't|can't) (?:ever )?(?:cancel|refuse|"
    r"reject|deny|void|withhold|lose|close|block|punish)\b(?!.{0,40}(?:if|unless|until|once|when))|"
    r"(?:review|rating|comment|feedback|stars?)s? (?:\w+ )?(?:can|may|should|will|shall) (?:\w+ )?(?:stay|remain|"
    r"stand|be left)|just as (?:it is|they "
    r"are|you like)|\bas (?:it is|they are)\b(?! (?:and|then) you)|leave (?:it|your review|the review) (?:as|up|"
    r"where|alone)\b|(?<!offer )still (?:get|receive|entitled|stands?|yours)|(?:stands?|is yours|goes out|pay|"
    r"paid|refunded|"
    r"same) (?:all the same|just the same)|good or bad, you",
)
# The shop says that it does not trade, or tells the buyer not to.
REFUSED = either(
    r"(?:isn't|not) (?:a |an )?(?:trade|deal|bribe|bargain|exchange)\b",
    r"not (?:because|for the sake|on account) of (?:your|the|a|any) (?:\w+ )?(?:review|rating|feedback|stars?|comment)",
    r"(?:don't|do not|needn't|never) feel (?:\w+ ){0,4}?(?:to|like)\b",
    r"(?:isn't|is not|aren't|are not|wasn't|was not|not|never) (?:\w+ ){0,2}?(?:thank-?you|reward|payment|bribe|"
    r"price|thanks|trade|"
    r"deal|swap|given|meant|handed out|sent|paid|bought|sold|earned|traded|exchanged) (?:for|in|against|because|to)\b",
    r"(?:ask|asks|asking|expect|expects|want|wants) (?:for )?(?:none|nothing)\b|(?:can't|cannot|"
    r"can not) be (?:bought|traded|earned)",
    r"\b(?:we|i|our|shop|nobody|no one|store|team|sellers?|they|staff|seller|this (?:shop|"
    r"store))\b(?: \w+){0,3}? (?:never|don't|do not|doesn't|cannot|can't|won't|"
    r"will not|wouldn't|would not|may not|aren't|are not|isn't|is not|refuse to|mustn't|must not|shouldn't|"
    r"didn't)(?: \w+){0,3}? "
    r"(?:offer|giv|pay|buy|ask|trade|reward|swap|exchang|accept|tie|link|sell|allow|want|expect|need|have to|edit|"
    r"do|bribe|send|request|chang|delet|remov|touch|hide|filter|"
    r"promis|mix|connect|owe|look at|hand out|deal|compensat|collect|tak|use|requir|permit|barter|bargain|hold|"
    r"solicit)\w{0,4}",
    r"\b(?:nobody|no one|none of us)(?: \w+){0,5} (?:ask|offer|pay|giv|want|expect|will)\w{0,3}",
    r"(?:nothing|no \w+|never|not \w+|zero|not a (?:cent|penny)) (?:\w+ )?(?:for|against|to (?:leave|write|get)|"
    rf"in (?:return|exchange) for) (?:\w+ ){{0,3}}?{NOUN}",
    r"(?:please )?(?:don't|do not|never|no need to|needn't|not have to|not need to|not necessary to|"
    r"without having to|shouldn't|should not|must not|mustn't)(?: \w+){0,2}? "
    r"(?:delet|remov|chang|edit|updat|revis|touch|alter|review|rate|leav|writ|feel oblig|post|take (?:it|this|"
    r"that)? ?down|adjust|withdraw|tie|mention)\w{0,4}",
    r"against (?:the|our|platform) (?:rules?|polic|terms|principles)|not (?:allowed|permitted|how we|our way|"
    r"something we|what we)|forbidden|prohibited|illegal|"
    r"by itself|rules? (?:say|forbid)|(?:^|[.!?:;] )no,|\bnot for (?:the )?(?:stars|reviews?|ratings?|feedback)|"
    r"no (?:gift|reward|money|coupon|bonus|discount|payment|refund|benefit)s? (?:was|is|were|has been|will be) |"
    r"(?:reward|pay|bribe|ask|offer)\w* (?:nobody|no one|nothing)",
    r"(?:there(?:'s| is| are| will be)|you get|we (?:have|give|offer|pay)) (?:no|nothing|zero)\b|\bno (?:gift|"
    r"reward|money|coupon|bonus|discount|payment|refund|benefit|advantage|prize|voucher)s? (?:for|in return|"
    r"in exchange|because)|"
    r"(?<!it )(?<!this )up to you|(?<!of )your (?:own )?choice|as you (?:see fit|like|wish|please|really)|"
    r"won't (?:get|earn|bring|win|"
    r"buy) you|doesn't (?:get|earn|bring|win|buy)",
)
# Somebody else's offer, of which the buyer is warned: it keeps the whole text apart.
# What the shop will do then; not what it may do whatever comes of it.
FAVOUR = either(
    r"\b(?:we|i) (?:promise|offer|give|arrange|guarantee|grant|provide|return|send|have (?:a|an|some|something|"
    r"prepared|reserved|set aside)) (?!(?:you )?(?:the |a )?(?:link|steps|reply|answer|"
    r"apolog|feeling|question|suggestion|idea|look|policy|problem))",
    r"\b(?:receives?|gets?|earns?|wins?|lands?) (?:you|a|your|our|free|\d+|back)\b(?! (?:email|reminder|message|"
    r"reply|answer|link|invitation|letter|notice|review|rating|better))",
    r"\b(?:we|i)(?:'ll| will| can| could| would|'d|'m going to| am going to|'re going to|"
    r" are going to)(?: (?:gladly|happily|also|then|"
    r"immediately|even|of course|definitely|certainly|personally|surely|in return))* (?!be (?:glad|happy|grateful|"
    r"thankful|pleased|delighted|honou?red|in touch|able|there|"
    r"back|fair|sorry)|very|so |appreciate|see|read|understand|know|not|never|love|like|ask|look|check|show|"
    r"explain|guide|tell|answer|reply|"
    r"respond|hear|learn|forward|pass|thank|respect|publish|keep|post|only|still|always|accept|wait|feel|hope|"
    r"think|remove|hide|delete|leave|"
    r"live|get (?:it|notified|an|a|better|back|in)|do (?:our|my|better)|improve|try|use|take (?:it|your|note|"
    r"care of what)|contact|call|write|remind|"
    r"send (?:you )?(?:the|a|an) (?:link|steps|reminder|instructions|guide)|help you (?:find|with the|do|to find)|"
    r"investigate|honou?r|need|"
    r"hesitate|welcome|rather|prefer|also see|have (?:a|learned|to)|stop|ship (?:it|your order)|be)\w+",
)
DISOWNED = either(
    r"that(?:'s| is) (?:against|not (?:how|what|us|our|something)|forbidden)|not (?:here|with us|from us)\b",
    r"(?:didn't|did not|don't|do not|never) (?:put|send|write|print|make|insert|place|issue|include) (?:it|this|"
    r"that|them|such|those|these)\b",
    r"(?:not|n't|never) (?:us|me|our (?:shop|store|team|message|offer))\b|(?:not|n't) (?:come|came|"
    r"coming) from (?:us|our)|"
    r"(?:someone|somebody|anyone|another seller|a stranger)(?: \w+){0,5} (?:in our name|pretending|claiming to be)",
    r"(?:not|n't|never|aren't|isn't) (?:\w+ )?(?:from us|ours|by us|our (?:card|doing|offer))|report (?:it|them|"
    r"such|this card|that|any)|in our name|pretend|scam|fraud|phish|fake|"
    r"(?:don't|do not|never) (?:believe|trust|fall|respond)|ignore (?:anyone|anybody|people|offers?|messages?|"
    r"sellers?|whoever|it|such|these|them|the card)",
)
CONTRAST = either(r"\b(?:but|however|except|only if|unless|just|though|so please|instead)\b")
